#include "wire/scram.hpp"

#include <charconv>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "core/errors.hpp"

namespace caas::kafka::wire {
namespace {

const EVP_MD* digestOf(ScramHash hash) {
  return hash == ScramHash::kSha256 ? EVP_sha256() : EVP_sha512();
}

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view data) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  unsigned int size = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), raw(data), data.size(), raw(out), &size);
  return out;
}

std::string hashed(const EVP_MD* digest, std::string_view data) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  EVP_Digest(data.data(), data.size(), raw(out), nullptr, digest, nullptr);
  return out;
}

std::string salted(const EVP_MD* digest, std::string_view password, std::string_view salt,
                   int iterations) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), raw(salt),
                    static_cast<int>(salt.size()), iterations, digest, static_cast<int>(out.size()),
                    raw(out));
  return out;
}

std::string toBase64(std::string_view data) {
  std::string out(4 * ((data.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(raw(out), raw(data), static_cast<int>(data.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::optional<std::string> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(raw(out), raw(text), static_cast<int>(text.size()));
  if (size < 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '=') {
      out += "=3D";
    } else if (c == ',') {
      out += "=2C";
    } else {
      out += c;
    }
  }
  return out;
}

/// "r=…,s=…,i=…" by letter; empty when it is no such text.
std::map<char, std::string_view> attributesOf(std::string_view message) {
  std::map<char, std::string_view> attributes;
  while (!message.empty()) {
    const auto comma = message.find(',');
    const std::string_view part = message.substr(0, comma);
    if (part.size() < 2 || part[1] != '=' || !attributes.emplace(part[0], part.substr(2)).second) {
      return {};
    }
    message.remove_prefix(comma == message.npos ? message.size() : comma + 1);
  }
  return attributes;
}

Error refused(std::string message) {
  return {.code = ErrorCode::kAuthentication,
          .message = std::move(message),
          .hint =
              "Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, and that this is the right "
              "cluster"};
}

}  // namespace

std::optional<ScramHash> scramHashOf(std::string_view mechanism) {
  if (mechanism == "SCRAM-SHA-256") {
    return ScramHash::kSha256;
  }
  return mechanism == "SCRAM-SHA-512" ? std::optional(ScramHash::kSha512) : std::nullopt;
}

std::string makeNonce() {
  // Of OpenSSL's generator: a nonce must not be guessed.
  std::string bytes(18, '\0');
  RAND_bytes(raw(bytes), static_cast<int>(bytes.size()));
  return toBase64(bytes);
}

ScramExchange::ScramExchange(ScramHash hash, std::string username, std::string password,
                             std::string nonce)
    : hash_(hash),
      username_(std::move(username)),
      password_(std::move(password)),
      nonce_(std::move(nonce)) {}

std::string ScramExchange::first() {
  firstBare_ = fmt::format("n={},r={}", escaped(username_), nonce_);
  return "n,," + firstBare_;
}

Result<std::optional<std::string>> ScramExchange::next(std::string_view message) {
  switch (step_) {
    case Step::kServerFirst: {
      CAAS_ASSIGN(auto answer, finalMessage(message));
      step_ = Step::kServerFinal;
      return answer;
    }
    case Step::kServerFinal: {
      CAAS_TRY(verify(message));
      step_ = Step::kOver;
      return std::nullopt;
    }
    case Step::kOver: break;
  }
  return fail(refused("the broker goes on after the login's end"));
}

Result<std::string> ScramExchange::finalMessage(std::string_view serverFirst) {
  const auto attributes = attributesOf(serverFirst);
  if (!attributes.contains('r') || !attributes.contains('s') || !attributes.contains('i')) {
    return fail(refused("the broker's SCRAM message cannot be read"));
  }
  const std::string_view nonce = attributes.at('r');
  if (!nonce.starts_with(nonce_) || nonce.size() == nonce_.size()) {
    return fail(refused("the broker's SCRAM nonce does not continue ours"));
  }
  const auto salt = fromBase64(attributes.at('s'));
  const std::string_view count = attributes.at('i');
  int iterations = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), iterations);
  if (!salt || salt->empty() || error != std::errc{} || end != count.data() + count.size()) {
    return fail(refused("the broker's SCRAM message cannot be read"));
  }
  if (iterations < kFewestIterations || iterations > kMostIterations) {
    return fail(refused(fmt::format("the broker asks for {} SCRAM iterations; {} to {} are done",
                                    iterations, kFewestIterations, kMostIterations)));
  }
  const EVP_MD* digest = digestOf(hash_);
  const auto saltedPassword = salted(digest, password_, *salt, iterations);
  const auto clientKey = hmac(digest, saltedPassword, "Client Key");
  const auto withoutProof = fmt::format("c=biws,r={}", nonce);  // biws: base64 of "n,,"
  const auto authMessage = fmt::format("{},{},{}", firstBare_, serverFirst, withoutProof);
  auto proof = hmac(digest, hashed(digest, clientKey), authMessage);
  for (std::size_t i = 0; i < proof.size(); ++i) {
    proof[i] = static_cast<char>(proof[i] ^ clientKey[i]);
  }
  expectedSignature_ = hmac(digest, hmac(digest, saltedPassword, "Server Key"), authMessage);
  return fmt::format("{},p={}", withoutProof, toBase64(proof));
}

Result<void> ScramExchange::verify(std::string_view serverFinal) const {
  const auto attributes = attributesOf(serverFinal);
  if (const auto error = attributes.find('e'); error != attributes.end()) {
    return fail(refused(fmt::format("the broker refuses the login: {}", error->second)));
  }
  const auto signature = attributes.find('v');
  if (signature == attributes.end() || fromBase64(signature->second) != expectedSignature_) {
    return fail(refused("the broker does not prove that it knows the password"));
  }
  return {};
}

}  // namespace caas::kafka::wire
