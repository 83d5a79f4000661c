#include "client/statistics.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

#include "core/errors.hpp"

namespace caas::kafka::client {
namespace {

using boost::system::error_code;

struct NumberField {
  std::string_view key;
  std::int64_t BrokerStatistics::* member;
};
constexpr std::array<NumberField, 8> kOfConnection{{
    {"tx", &BrokerStatistics::requests},
    {"txretries", &BrokerStatistics::retries},
    {"txbytes", &BrokerStatistics::sentBytes},
    {"rxbytes", &BrokerStatistics::receivedBytes},
    {"txerrs", &BrokerStatistics::sendErrors},
    {"rxerrs", &BrokerStatistics::receiveErrors},
    {"req_timeouts", &BrokerStatistics::timeouts},
    {"disconnects", &BrokerStatistics::disconnects},
}};
constexpr std::array<NumberField, 4> kOfRoundTrips{{
    {"cnt", &BrokerStatistics::roundTrips},
    {"sum", &BrokerStatistics::roundTripSumMicros},
    {"p50", &BrokerStatistics::roundTripP50Micros},
    {"p99", &BrokerStatistics::roundTripP99Micros},
}};

/// The document's events. The members' names on the way to the present place tell what it is:
/// brokers / {name} / tx, brokers / {name} / rtt / cnt.
class Events {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = 4'096;
  static constexpr std::size_t max_string_size = 64UL * 1024;

  std::vector<BrokerStatistics> brokers;
  bool sawBrokers = false;
  bool done = false;

  bool on_document_begin(error_code& /*ec*/) { return true; }
  bool on_document_end(error_code& /*ec*/) { return true; }
  bool on_object_begin(error_code& /*ec*/) {
    keys_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t /*n*/, error_code& /*ec*/) {
    keys_.pop_back();
    return true;
  }
  bool on_array_begin(error_code& /*ec*/) {
    keys_.emplace_back();
    return true;
  }
  bool on_array_end(std::size_t /*n*/, error_code& /*ec*/) {
    keys_.pop_back();
    return true;
  }
  bool on_key_part(std::string_view text, std::size_t /*n*/, error_code& /*ec*/) {
    key_ += text;
    return true;
  }
  bool on_key(std::string_view text, std::size_t /*n*/, error_code& ec) {
    key_ += text;
    keys_.back() = std::exchange(key_, {});
    if (keys_.size() == 1 && sawBrokers) {
      // What follows are the topics.
      done = true;
      ec = make_error_code(boost::system::errc::operation_canceled);
      return false;
    }
    if (keys_.front() == "brokers") {
      sawBrokers = true;
      if (keys_.size() == 2) {
        brokers.push_back({.name = keys_.back()});
      }
    }
    return true;
  }
  bool on_string_part(std::string_view text, std::size_t /*n*/, error_code& /*ec*/) {
    text_ += text;
    return true;
  }
  bool on_string(std::string_view text, std::size_t /*n*/, error_code& /*ec*/) {
    text_ += text;
    if (inBroker(3)) {
      if (keys_.back() == "state") {
        brokers.back().state = text_;
      } else if (keys_.back() == "source") {
        brokers.back().source = text_;
      }
    }
    text_.clear();
    return true;
  }
  bool on_number_part(std::string_view /*text*/, error_code& /*ec*/) { return true; }
  bool on_int64(std::int64_t number, std::string_view /*text*/, error_code& /*ec*/) {
    if (inBroker(3)) {
      if (keys_.back() == "nodeid") {
        brokers.back().nodeId = static_cast<int>(number);
      }
      put(kOfConnection, number);
    } else if (inBroker(4) && keys_[2] == "rtt") {
      put(kOfRoundTrips, number);
    }
    return true;
  }
  bool on_uint64(std::uint64_t number, std::string_view text, error_code& ec) {
    return on_int64(static_cast<std::int64_t>(
                        std::min<std::uint64_t>(number, std::numeric_limits<std::int64_t>::max())),
                    text, ec);
  }
  bool on_double(double /*number*/, std::string_view /*text*/, error_code& /*ec*/) { return true; }
  bool on_bool(bool /*value*/, error_code& /*ec*/) { return true; }
  bool on_null(error_code& /*ec*/) { return true; }
  bool on_comment_part(std::string_view /*text*/, error_code& /*ec*/) { return true; }
  bool on_comment(std::string_view /*text*/, error_code& /*ec*/) { return true; }

 private:
  [[nodiscard]] bool inBroker(std::size_t depth) const {
    return keys_.size() == depth && keys_.front() == "brokers" && !brokers.empty();
  }
  template <class Fields>
  void put(const Fields& fields, std::int64_t number) {
    for (const auto& [key, member] : fields) {
      if (keys_.back() == key) {
        brokers.back().*member = number;
      }
    }
  }

  std::vector<std::string> keys_;  ///< of each open object the member that is being read
  std::string key_;
  std::string text_;
};

}  // namespace

Result<std::vector<BrokerStatistics>> parseStatistics(std::string_view json) {
  boost::json::basic_parser<Events> parser{boost::json::parse_options{}};
  error_code problem;
  const bool whole = json.size() <= kMaxStatisticsBytes;
  const auto read = json.substr(0, kMaxStatisticsBytes);
  parser.write_some(!whole, read.data(), read.size(), problem);
  auto& events = parser.handler();
  if (!events.done && (problem || !whole)) {
    return fail(errors::internal("the client's statistics could not be read: " +
                                 (problem ? problem.message() : "they are too long")));
  }
  return std::move(events.brokers);
}

}  // namespace caas::kafka::client
