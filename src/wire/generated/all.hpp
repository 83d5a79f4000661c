// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#pragma once

#include "wire/generated/headers_visit.hpp"
#include "wire/generated/api_versions_visit.hpp"
#include "wire/generated/metadata_visit.hpp"
#include "wire/generated/init_producer_id_visit.hpp"
#include "wire/generated/produce_visit.hpp"
#include "wire/generated/sasl_handshake_visit.hpp"
#include "wire/generated/sasl_authenticate_visit.hpp"
#include "wire/generated/describe_quorum_visit.hpp"
#include "wire/generated/describe_client_quotas_visit.hpp"
#include "wire/generated/alter_client_quotas_visit.hpp"

/// X(message) of each of them.
#define CAAS_WIRE_MESSAGES(X) \
  X(RequestHeader) \
  X(ResponseHeader) \
  X(ApiVersionsRequest) \
  X(ApiVersionsResponse) \
  X(MetadataRequest) \
  X(MetadataResponse) \
  X(InitProducerIdRequest) \
  X(InitProducerIdResponse) \
  X(ProduceRequest) \
  X(ProduceResponse) \
  X(SaslHandshakeRequest) \
  X(SaslHandshakeResponse) \
  X(SaslAuthenticateRequest) \
  X(SaslAuthenticateResponse) \
  X(DescribeQuorumRequest) \
  X(DescribeQuorumResponse) \
  X(DescribeClientQuotasRequest) \
  X(DescribeClientQuotasResponse) \
  X(AlterClientQuotasRequest) \
  X(AlterClientQuotasResponse)
