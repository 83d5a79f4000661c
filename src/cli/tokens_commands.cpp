// tokens create: a bearer token for the HTTP API.

#include <memory>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "core/errors.hpp"
#include "http/tokens.hpp"

namespace caas::kafka::cli {
namespace {

struct CreateOptions {
  std::string name;
  std::string role;
};

Result<int> create(Session& session, const CreateOptions& options) {
  const auto role = http::parseRole(options.role);
  if (!role) {
    return fail(errors::invalidArgument(fmt::format("there is no role '{}'", options.role),
                                        "--role is viewer, operator or admin"));
  }
  CAAS_ASSIGN(const auto made, http::makeToken(options.name, *role));
  if (session.json()) {
    session.print({{"name", options.name},
                   {"role", options.role},
                   {"token", made.token},
                   {"line", made.line}});
    return kExitDone;
  }
  session.out() << fmt::format(
      "Token, shown this once:\n\n  {}\n\nLine for the file that HTTP_TOKENS_FILE names:\n\n  "
      "{}\n",
      made.token, made.line);
  return kExitDone;
}

}  // namespace

void addTokensCommands(CommandSet& commands) {
  auto& group = commands.group({"tokens", "Tokens of the HTTP API.",
                                "  caas-kafka tokens create ci --role operator", kServiceHeading});
  auto options = std::make_shared<CreateOptions>();
  auto& app = commands.command(
      group,
      {"create",
       "Makes a bearer token and prints it once, with the line for the tokens file, which holds "
       "only its hash. Nothing is written and no broker is asked.",
       "  caas-kafka tokens create ci --role operator\n"
       "  caas-kafka tokens create ci --role operator --json | jq -r .line >> tokens"},
      [options](Session& session) { return create(session, *options); });
  app.add_option("NAME", options->name, "Who it is for; shown in logs")->required();
  app.add_option("--role", options->role, "viewer, operator or admin")
      ->type_name("ROLE")
      ->required();
}

}  // namespace caas::kafka::cli
