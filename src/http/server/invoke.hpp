#pragma once

#include <memory>

#include "http/responder.hpp"
#include "http/route.hpp"

namespace caas::kafka::http {

// The one place where handlers are called: what they throw becomes kInternal.

[[nodiscard]] Answer invoke(const Immediate& handler, const Request& request);
[[nodiscard]] Answer invoke(const Blocking& handler, const Request& request);
void invoke(const Asynchronous& handler, RequestPtr request, Responder responder);
[[nodiscard]] Result<void> invoke(const Streaming& handler, const Request& request,
                                  EventStream& stream);

/// The answer as it is sent: an error as its problem document; one that the route does not describe
/// is logged, since then /v1/openapi.json is wrong.
[[nodiscard]] Response responseOf(Answer answer, const Route& route, const Request& request);

/// With its body compressed, where the client takes that and it gets smaller.
void compress(Response& response, const Request& request, std::size_t fromBytes);

}  // namespace caas::kafka::http
