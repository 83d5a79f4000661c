#pragma once

#include <string>
#include <vector>

namespace caas::kafka::test {

/// Passes connections on, "127.0.0.1:9092=/folder/socket" each (an address or the path of a socket
/// on either side), until SIGTERM. It breaks nothing off by itself: a network that is cut shows as
/// silence, as a real one does.
[[nodiscard]] int forward(const std::vector<std::string>& ways);

}  // namespace caas::kafka::test
