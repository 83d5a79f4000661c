#include "caas/kafka/schema_registry.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "config/values.hpp"
#include "core/errors.hpp"
#include "schema/codec.hpp"
#include "schema/registry_json.hpp"
#include "schema/registry_transport.hpp"
#include "schema/single_flight.hpp"

namespace caas::kafka {
namespace {

namespace json = boost::json;
using schema::RegistryCall;
using schema::SingleFlightCache;
using schema::urlEncoded;

/// A registry that is down is not asked anew by each of a thousand records.
constexpr Milliseconds kFailureFor{500};

/// An answer for so long (nullopt: for good), "not found" and failures for times of their own.
schema::Lifetime keptFor(std::optional<Milliseconds> answer, Milliseconds missing) {
  return [answer, missing](const Error* error) -> std::optional<Milliseconds> {
    if (error == nullptr) {
      return answer;
    }
    return error->code == ErrorCode::kSchemaNotFound ? missing : kFailureFor;
  };
}

std::string subjectPath(std::string_view subject) { return "/subjects/" + urlEncoded(subject); }

std::string about(std::string_view subject) { return fmt::format("subject '{}'", subject); }
std::string about(std::string_view subject, int version) {
  return fmt::format("subject '{}', version {}", subject, version);
}

Result<void> checkSubject(std::string_view subject) {
  if (subject.empty()) {
    return fail(errors::invalidArgument("a subject must have a name"));
  }
  return {};
}

}  // namespace

class SchemaRegistry::Impl {
 public:
  Impl(std::vector<std::string> urls, schema::HttpCredentials credentials,
       SchemaRegistryOptions options, Clock& clock)
      : options_(options),
        transport_(std::move(urls), std::move(credentials), options, clock),
        byId_(options.cachedSchemas, clock, keptFor(std::nullopt, options.missingFor)),
        registered_(options.cachedSchemas, clock, keptFor(std::nullopt, Milliseconds{0})),
        latest_(options.cachedSchemas, clock, keptFor(options.latestFor, options.missingFor)) {}

  schema::RegistryTransport& transport() { return transport_; }

  Result<std::vector<std::string>> subjects(bool withDeleted) {
    CAAS_ASSIGN(const auto body,
                transport_.call({.path = withDeleted ? "/subjects?deleted=true" : "/subjects",
                                 .about = "the list of subjects"}));
    CAAS_ASSIGN(auto subjects, schema::stringsOf(body));
    std::ranges::sort(subjects);
    return subjects;
  }

  Result<std::vector<int>> versions(std::string_view subject) {
    CAAS_TRY(checkSubject(subject));
    CAAS_ASSIGN(const auto body, transport_.call({.path = subjectPath(subject) + "/versions",
                                                  .about = about(subject)}));
    CAAS_ASSIGN(auto versions, schema::integersOf(body));
    std::ranges::sort(versions);
    return versions;
  }

  Result<RegisteredSchema> version(std::string_view subject, int version) {
    CAAS_TRY(checkSubject(subject));
    CAAS_ASSIGN(
        const auto body,
        transport_.call({.path = fmt::format("{}/versions/{}", subjectPath(subject), version),
                         .about = about(subject, version)}));
    return schema::registeredOf(body);
  }

  Result<RegisteredSchema> latest(std::string_view subject) {
    CAAS_TRY(checkSubject(subject));
    return latest_.get(std::string(subject), [&]() -> Result<RegisteredSchema> {
      CAAS_ASSIGN(const auto body,
                  transport_.call({.path = subjectPath(subject) + "/versions/latest",
                                   .about = about(subject)}));
      return schema::registeredOf(body);
    });
  }

  Result<std::shared_ptr<const SchemaText>> byId(int id) {
    return byId_.get(id, [&]() -> Result<std::shared_ptr<const SchemaText>> {
      CAAS_ASSIGN(const auto body, transport_.call({.path = fmt::format("/schemas/ids/{}", id),
                                                    .about = fmt::format("id {}", id)}));
      CAAS_ASSIGN(auto schema, schema::schemaOf(body));
      return std::make_shared<const SchemaText>(std::move(schema));
    });
  }

  Result<int> registerSchema(std::string_view subject, const SchemaText& schema) {
    CAAS_TRY(checkSubject(subject));
    const auto request = schema::requestOf(schema);
    return registered_.get(
        std::string(subject) + '\n' + json::serialize(request), [&]() -> Result<int> {
          CAAS_ASSIGN(
              const auto body,
              transport_.call({.method = "POST",
                               .path = subjectPath(subject) + "/versions",
                               .body = request,
                               .about = fmt::format("a new version of {}", about(subject))}));
          latest_.forget(std::string(subject));
          return schema::idOf(body);
        });
  }

  Result<RegisteredSchema> lookUp(std::string_view subject, const SchemaText& schema) {
    CAAS_TRY(checkSubject(subject));
    CAAS_ASSIGN(const auto body,
                transport_.call({.method = "POST",
                                 .path = subjectPath(subject),
                                 .body = schema::requestOf(schema),
                                 .about = fmt::format("this schema in {}", about(subject))}));
    CAAS_ASSIGN(auto registered, schema::registeredOf(body));
    // Apicurio does not say it here.
    registered.schema.type = schema.type;
    return registered;
  }

  Result<CompatibilityVerdict> check(std::string_view subject, const SchemaText& schema,
                                     std::optional<int> version) {
    CAAS_TRY(checkSubject(subject));
    const auto against = version ? std::to_string(*version) : "latest";
    auto body = transport_.call({.method = "POST",
                                 .path = fmt::format("/compatibility{}/versions/{}?verbose=true",
                                                     subjectPath(subject), against),
                                 .body = schema::requestOf(schema),
                                 .about = version ? about(subject, *version) : about(subject)});
    if (!body && !version && body.error().code == ErrorCode::kSchemaNotFound) {
      return CompatibilityVerdict{true, {}};
    }
    CAAS_TRY(body);
    return schema::verdictOf(*body);
  }

  Result<Compatibility> compatibility(std::optional<std::string_view> subject) {
    auto body = transport_.call(
        {.path = subject ? fmt::format("/config/{}?defaultToGlobal=true", urlEncoded(*subject))
                         : "/config",
         .about = "the compatibility level"});
    if (!body && subject && body.error().code == ErrorCode::kSchemaNotFound) {
      return compatibility(std::nullopt);
    }
    CAAS_TRY(body);
    return schema::compatibilityOf(*body);
  }

  Result<void> setCompatibility(Compatibility compatibility,
                                std::optional<std::string_view> subject) {
    return put(subject ? "/config/" + urlEncoded(*subject) : "/config",
               {{"compatibility", toString(compatibility)}}, "the compatibility level");
  }

  Result<RegistryMode> mode(std::optional<std::string_view> subject) {
    auto body = transport_.call(
        {.path =
             subject ? fmt::format("/mode/{}?defaultToGlobal=true", urlEncoded(*subject)) : "/mode",
         .about = "the mode"});
    if (!body && subject && body.error().code == ErrorCode::kSchemaNotFound) {
      return mode(std::nullopt);
    }
    CAAS_TRY(body);
    return schema::modeOf(*body);
  }

  Result<void> setMode(RegistryMode mode, std::optional<std::string_view> subject) {
    return put(subject ? "/mode/" + urlEncoded(*subject) : "/mode", {{"mode", toString(mode)}},
               "the mode");
  }

  Result<std::vector<int>> deleteSubject(std::string_view subject, bool permanent) {
    CAAS_TRY(checkSubject(subject));
    const auto body =
        transport_.call({.method = "DELETE",
                         .path = subjectPath(subject) + (permanent ? "?permanent=true" : ""),
                         .about = about(subject)});
    forget(subject);
    CAAS_TRY(body);
    return schema::integersOf(*body);
  }

  Result<void> deleteVersion(std::string_view subject, int version, bool permanent) {
    CAAS_TRY(checkSubject(subject));
    const auto body =
        transport_.call({.method = "DELETE",
                         .path = fmt::format("{}/versions/{}{}", subjectPath(subject), version,
                                             permanent ? "?permanent=true" : ""),
                         .about = about(subject, version)});
    forget(subject);
    CAAS_TRY(body);
    return {};
  }

 private:
  Result<void> put(std::string path, json::object body, std::string about) {
    CAAS_TRY(transport_.call({.method = "PUT",
                              .path = std::move(path),
                              .body = std::move(body),
                              .about = std::move(about)}));
    return {};
  }
  /// What was deleted may be registered anew, under another id.
  void forget(std::string_view subject) {
    latest_.forget(std::string(subject));
    const auto prefix = std::string(subject) + '\n';
    registered_.forgetIf([&](const std::string& key) { return key.starts_with(prefix); });
  }

  const SchemaRegistryOptions options_;
  schema::RegistryTransport transport_;
  SingleFlightCache<int, std::shared_ptr<const SchemaText>> byId_;
  SingleFlightCache<std::string, int> registered_;  ///< by subject and request
  SingleFlightCache<std::string, RegisteredSchema> latest_;
};

Result<std::unique_ptr<SchemaRegistry>> SchemaRegistry::create(
    const SchemaRegistrySettings& settings, SchemaRegistryOptions options, Clock& clock) {
  auto urls = config::splitList(settings.url);
  std::erase(urls, std::string{});
  if (urls.empty()) {
    return fail(errors::invalidConfiguration("SCHEMA_REGISTRY_URL names no schema registry"));
  }
  return std::unique_ptr<SchemaRegistry>(new SchemaRegistry(std::make_unique<Impl>(
      std::move(urls),
      schema::HttpCredentials{.username = settings.username,
                              .password = std::string(settings.password.reveal()),
                              .bearerToken = std::string(settings.token.reveal()),
                              .caLocation = settings.caLocation},
      options, clock)));
}

SchemaRegistry::SchemaRegistry(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SchemaRegistry::~SchemaRegistry() = default;

Result<void> SchemaRegistry::ping(Milliseconds timeout) { return impl_->transport().ping(timeout); }
std::string SchemaRegistry::urls() const { return impl_->transport().urls(); }
Result<std::vector<std::string>> SchemaRegistry::subjects(bool withDeleted) {
  return impl_->subjects(withDeleted);
}
Result<std::vector<int>> SchemaRegistry::versions(std::string_view subject) {
  return impl_->versions(subject);
}
Result<RegisteredSchema> SchemaRegistry::version(std::string_view subject, int version) {
  return impl_->version(subject, version);
}
Result<RegisteredSchema> SchemaRegistry::latest(std::string_view subject) {
  return impl_->latest(subject);
}
Result<std::shared_ptr<const SchemaText>> SchemaRegistry::byId(int id) { return impl_->byId(id); }
Result<int> SchemaRegistry::registerSchema(std::string_view subject, const SchemaText& schema) {
  return impl_->registerSchema(subject, schema);
}
Result<RegisteredSchema> SchemaRegistry::lookUp(std::string_view subject,
                                                const SchemaText& schema) {
  return impl_->lookUp(subject, schema);
}
Result<CompatibilityVerdict> SchemaRegistry::check(std::string_view subject,
                                                   const SchemaText& schema,
                                                   std::optional<int> version) {
  return impl_->check(subject, schema, version);
}
Result<Compatibility> SchemaRegistry::compatibility(std::optional<std::string_view> subject) {
  return impl_->compatibility(subject);
}
Result<void> SchemaRegistry::setCompatibility(Compatibility compatibility,
                                              std::optional<std::string_view> subject) {
  return impl_->setCompatibility(compatibility, subject);
}
Result<RegistryMode> SchemaRegistry::mode(std::optional<std::string_view> subject) {
  return impl_->mode(subject);
}
Result<void> SchemaRegistry::setMode(RegistryMode mode, std::optional<std::string_view> subject) {
  return impl_->setMode(mode, subject);
}
Result<std::vector<int>> SchemaRegistry::deleteSubject(std::string_view subject, bool permanent) {
  return impl_->deleteSubject(subject, permanent);
}
Result<void> SchemaRegistry::deleteVersion(std::string_view subject, int version, bool permanent) {
  return impl_->deleteVersion(subject, version, permanent);
}

namespace schema {

Result<CompleteSchema> withReferences(SchemaText schema, SchemaRegistry& registry) {
  return withReferences(std::move(schema), [&](const SchemaReference& reference) {
    return registry.version(reference.subject, reference.version);
  });
}

}  // namespace schema

}  // namespace caas::kafka
