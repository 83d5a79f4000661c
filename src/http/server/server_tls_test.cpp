#include <filesystem>

#include <gmock/gmock.h>

#include "http/server/server_fixture.hpp"
#include "support/certificate.hpp"
#include "support/tls_client.hpp"

namespace caas::kafka::http {
namespace {

using test::RawClient;
using test::TlsClient;
using ::testing::HasSubstr;

class ServerTls : public ServerTest {
 protected:
  ServerTls() {
    std::string name = std::filesystem::temp_directory_path() / "caas-tls-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    const auto files = test::makeCertificate(folder);
    tls = TlsFiles{.certificate = files.certificate, .key = files.key};
  }
  ~ServerTls() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  std::filesystem::path folder;
};

TEST_F(ServerTls, ServesOverTlsWhatWasSentAheadToo) {
  start();
  const TlsClient client(port);
  ASSERT_TRUE(client.connected);
  EXPECT_EQ(client.protocol(), "http/1.1");
  const std::string get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(get + get);
  client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const auto text = client.readUntil("\r\nConnection: close\r\n");
  EXPECT_THAT(text, HasSubstr("Strict-Transport-Security: max-age="));
  EXPECT_THAT(client.readUntil("<never>"),
              HasSubstr("<end " + std::to_string(SSL_ERROR_ZERO_RETURN) + ">"))
      << "it says goodbye, so that nobody can cut an answer short";
}

TEST_F(ServerTls, NothingOlderThanTls12) {
  start();
  EXPECT_TRUE(TlsClient(port, TLS1_2_VERSION, TLS1_2_VERSION).connected);
  EXPECT_FALSE(TlsClient(port, TLS1_1_VERSION, TLS1_1_VERSION).connected);
}

TEST_F(ServerTls, WhoDoesNotSpeakTlsIsCutOffAndOthersAreNot) {
  limits.handshakeTime = Milliseconds{60};
  start();
  RawClient plain(port);
  plain.request("GET /hello HTTP/1.1");
  EXPECT_TRUE(plain.ends());
  RawClient silent(port);
  EXPECT_TRUE(silent.ends());
  const TlsClient client(port);
  client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(client.readUntil("}"), HasSubstr("200 OK"));
}

TEST_F(ServerTls, FilesThatCannotBeUsedAreNamed) {
  tls->key = tls->certificate;
  const auto made =
      Server::start({{.address = "127.0.0.1:0", .setting = "HTTP_LISTEN", .tls = tls}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("HTTP_TLS_KEY='" + tls->key.string()));
}

}  // namespace
}  // namespace caas::kafka::http
