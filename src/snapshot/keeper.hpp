#pragma once

#include <memory>

#include "caas/kafka/snapshot.hpp"
#include "snapshot/source.hpp"

namespace caas::kafka::snapshot {

struct KeeperMaker {
  /// A keeper over any source.
  [[nodiscard]] static std::unique_ptr<SnapshotKeeper> make(std::unique_ptr<Source> source,
                                                            std::shared_ptr<const Catalog> catalog,
                                                            const SnapshotOptions& options,
                                                            Clock& clock);
  /// Callers of refresh() that wait now.
  [[nodiscard]] static int waiting(const SnapshotKeeper& keeper);
};

}  // namespace caas::kafka::snapshot
