#pragma once

#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "support/raw_http.hpp"

namespace caas::kafka::test {

/// A TLS client over a connection of its own.
class TlsClient {
 public:
  explicit TlsClient(int port, int newest = TLS1_3_VERSION, int oldest = 0)
      : wire_(port), context_(SSL_CTX_new(TLS_client_method())) {
    // Otherwise OpenSSL itself refuses what is too old, and the server is never asked.
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, oldest);
    SSL_CTX_set_max_proto_version(context_, newest);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, wire_.fd());
    const unsigned char protocols[] = "\x02h2\x08http/1.1";
    SSL_set_alpn_protos(ssl_, protocols, sizeof protocols - 1);
    connected = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  void send(std::string_view text) const {
    static_cast<void>(SSL_write(ssl_, text.data(), static_cast<int>(text.size())));
  }
  std::string readUntil(std::string_view mark) const {
    std::string all;
    char buffer[4'096];
    while (all.find(mark) == std::string::npos) {
      const int bytes = SSL_read(ssl_, buffer, sizeof buffer);
      if (bytes <= 0) {
        return all + "<end " + std::to_string(SSL_get_error(ssl_, bytes)) + ">";
      }
      all.append(buffer, static_cast<std::size_t>(bytes));
    }
    return all;
  }
  [[nodiscard]] std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl_, &name, &length);
    return {reinterpret_cast<const char*>(name), length};
  }

  bool connected = false;

 private:
  RawClient wire_;
  SSL_CTX* context_;
  SSL* ssl_;
};

}  // namespace caas::kafka::test
