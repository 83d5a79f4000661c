#include "metrics/certificate_meter.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace caas::kafka::metrics {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;

/// A file may hold a chain, or many authorities.
constexpr int kMaxCertificates = 1'000;

std::optional<std::time_t> earliestExpiry(const std::filesystem::path& file) {
  const BioPtr input(BIO_new_file(file.c_str(), "r"));
  std::optional<std::time_t> earliest;
  for (int i = 0; input && i < kMaxCertificates; ++i) {
    const X509Ptr certificate(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr));
    std::tm expiry{};
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &expiry) != 1) {
      break;
    }
    const std::time_t time = timegm(&expiry);
    earliest = std::min(earliest.value_or(time), time);
  }
  ERR_clear_error();  // the end of the file is one
  return earliest;
}

}  // namespace

void tellCertificates(const Settings& settings, meters::MeterReport& report) {
  const std::array<std::pair<std::string_view, const std::filesystem::path*>, 4> files{{
      {"KAFKA_SSL_CA_LOCATION", &settings.ssl.caLocation},
      {"KAFKA_SSL_CERT_LOCATION", &settings.ssl.certLocation},
      {"SCHEMA_REGISTRY_CA_LOCATION", &settings.schemaRegistry.caLocation},
      {"HTTP_TLS_CERT", &settings.http.tlsCert},
  }};
  for (const auto& [name, file] : files) {
    if (const auto expiry = file->empty() ? std::nullopt : earliestExpiry(*file)) {
      report.add(meters::Metric::kCertificateExpiry, {name}, static_cast<double>(*expiry));
    }
  }
}

}  // namespace caas::kafka::metrics
