#include "http/server/tls.hpp"

#include <array>

#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include "core/errors.hpp"

namespace caas::kafka::http {
namespace {

namespace ssl = boost::asio::ssl;

Error unusable(std::string_view setting, const std::filesystem::path& file,
               const boost::system::error_code& why) {
  return errors::invalidConfiguration(
      fmt::format("{}='{}' cannot be used: {}", setting, file.string(), why.message()),
      "HTTP_TLS_CERT is the certificate with its chain, HTTP_TLS_KEY its key, both PEM");
}

/// HTTP/1.1 is all that we speak; a client that offers HTTP/2 too takes it.
int chooseProtocol(SSL*, const unsigned char** out, unsigned char* outLength,
                   const unsigned char* in, unsigned inLength, void*) {
  static constexpr std::array<unsigned char, 9> kOurs{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, outLength, kOurs.data(), kOurs.size(), in, inLength) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<std::shared_ptr<ssl::context>> makeTls(const TlsFiles& files) {
  const auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
  auto* handle = made->native_handle();
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  SSL_CTX_set_options(
      handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // An idle connection gives its buffers back: 34 KB each.
  SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(handle, chooseProtocol, nullptr);
  boost::system::error_code failed;
  made->use_certificate_chain_file(files.certificate.string(), failed);
  if (failed) {
    return fail(unusable("HTTP_TLS_CERT", files.certificate, failed));
  }
  made->use_private_key_file(files.key.string(), ssl::context::pem, failed);
  if (failed) {
    return fail(unusable("HTTP_TLS_KEY", files.key, failed));
  }
  return made;
}

}  // namespace caas::kafka::http
