#pragma once

struct rd_kafka_consumer_group_metadata_s;

namespace caas::kafka::client {

/// Who a consumer is in its group at this moment (member, generation): what a transaction needs so
/// that offsets of a member that was replaced are refused (KIP-447). Take it afresh for each
/// transaction. Owns the C object.
class GroupMetadata {
 public:
  GroupMetadata() = default;
  /// Takes what rd_kafka_consumer_group_metadata() gave; for client/ only.
  explicit GroupMetadata(rd_kafka_consumer_group_metadata_s* metadata) : metadata_(metadata) {}
  ~GroupMetadata();
  GroupMetadata(GroupMetadata&& other) noexcept;
  GroupMetadata& operator=(GroupMetadata&& other) noexcept;

  [[nodiscard]] explicit operator bool() const { return metadata_ != nullptr; }
  [[nodiscard]] const rd_kafka_consumer_group_metadata_s* get() const { return metadata_; }

 private:
  rd_kafka_consumer_group_metadata_s* metadata_ = nullptr;
};

}  // namespace caas::kafka::client
