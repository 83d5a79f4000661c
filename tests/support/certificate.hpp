#pragma once

// A certificate that signs itself, for tests of TLS.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace caas::kafka::test {

struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// For localhost, valid for an hour, as PEM files in `folder`.
inline CertificateFiles makeCertificate(const std::filesystem::path& folder) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3'600);
  X509_set_pubkey(made.get(), key.get());
  auto* name = X509_get_subject_name(made.get());
  const std::string host = "localhost";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(host.data()),
                             static_cast<int>(host.size()), -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509V3_CTX context;
  X509V3_set_ctx(&context, made.get(), made.get(), nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names(
      X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"),
      X509_EXTENSION_free);
  X509_add_ext(made.get(), names.get(), -1);
  X509_sign(made.get(), key.get(), EVP_sha256());
  CertificateFiles files{.certificate = folder / "cert.pem", .key = folder / "key.pem"};
  const std::unique_ptr<FILE, decltype(&std::fclose)> certificate(
      std::fopen(files.certificate.c_str(), "w"), std::fclose);
  const std::unique_ptr<FILE, decltype(&std::fclose)> keyFile(std::fopen(files.key.c_str(), "w"),
                                                              std::fclose);
  if (!certificate || !keyFile || PEM_write_X509(certificate.get(), made.get()) != 1 ||
      PEM_write_PrivateKey(keyFile.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw std::runtime_error("cannot write a certificate into " + folder.string());
  }
  return files;
}

}  // namespace caas::kafka::test
