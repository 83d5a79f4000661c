// Written by script/wire-messages from Kafka 4.3.1's message definitions; not by hand.
#include "wire/decoder.hpp"
#include "wire/encoder.hpp"
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

namespace caas::kafka::wire {

template void RequestHeader::visit(Encoder&, const RequestHeader&, int);
template void RequestHeader::visit(Decoder&, RequestHeader&, int);
template void ResponseHeader::visit(Encoder&, const ResponseHeader&, int);
template void ResponseHeader::visit(Decoder&, ResponseHeader&, int);
template void ApiVersionsRequest::visit(Encoder&, const ApiVersionsRequest&, int);
template void ApiVersionsRequest::visit(Decoder&, ApiVersionsRequest&, int);
template void ApiVersionsResponse::visit(Encoder&, const ApiVersionsResponse&, int);
template void ApiVersionsResponse::visit(Decoder&, ApiVersionsResponse&, int);
template void MetadataRequest::visit(Encoder&, const MetadataRequest&, int);
template void MetadataRequest::visit(Decoder&, MetadataRequest&, int);
template void MetadataResponse::visit(Encoder&, const MetadataResponse&, int);
template void MetadataResponse::visit(Decoder&, MetadataResponse&, int);
template void InitProducerIdRequest::visit(Encoder&, const InitProducerIdRequest&, int);
template void InitProducerIdRequest::visit(Decoder&, InitProducerIdRequest&, int);
template void InitProducerIdResponse::visit(Encoder&, const InitProducerIdResponse&, int);
template void InitProducerIdResponse::visit(Decoder&, InitProducerIdResponse&, int);
template void ProduceRequest::visit(Encoder&, const ProduceRequest&, int);
template void ProduceRequest::visit(Decoder&, ProduceRequest&, int);
template void ProduceResponse::visit(Encoder&, const ProduceResponse&, int);
template void ProduceResponse::visit(Decoder&, ProduceResponse&, int);
template void SaslHandshakeRequest::visit(Encoder&, const SaslHandshakeRequest&, int);
template void SaslHandshakeRequest::visit(Decoder&, SaslHandshakeRequest&, int);
template void SaslHandshakeResponse::visit(Encoder&, const SaslHandshakeResponse&, int);
template void SaslHandshakeResponse::visit(Decoder&, SaslHandshakeResponse&, int);
template void SaslAuthenticateRequest::visit(Encoder&, const SaslAuthenticateRequest&, int);
template void SaslAuthenticateRequest::visit(Decoder&, SaslAuthenticateRequest&, int);
template void SaslAuthenticateResponse::visit(Encoder&, const SaslAuthenticateResponse&, int);
template void SaslAuthenticateResponse::visit(Decoder&, SaslAuthenticateResponse&, int);
template void DescribeQuorumRequest::visit(Encoder&, const DescribeQuorumRequest&, int);
template void DescribeQuorumRequest::visit(Decoder&, DescribeQuorumRequest&, int);
template void DescribeQuorumResponse::visit(Encoder&, const DescribeQuorumResponse&, int);
template void DescribeQuorumResponse::visit(Decoder&, DescribeQuorumResponse&, int);
template void DescribeClientQuotasRequest::visit(Encoder&, const DescribeClientQuotasRequest&, int);
template void DescribeClientQuotasRequest::visit(Decoder&, DescribeClientQuotasRequest&, int);
template void DescribeClientQuotasResponse::visit(Encoder&, const DescribeClientQuotasResponse&, int);
template void DescribeClientQuotasResponse::visit(Decoder&, DescribeClientQuotasResponse&, int);
template void AlterClientQuotasRequest::visit(Encoder&, const AlterClientQuotasRequest&, int);
template void AlterClientQuotasRequest::visit(Decoder&, AlterClientQuotasRequest&, int);
template void AlterClientQuotasResponse::visit(Encoder&, const AlterClientQuotasResponse&, int);
template void AlterClientQuotasResponse::visit(Decoder&, AlterClientQuotasResponse&, int);

}  // namespace caas::kafka::wire
