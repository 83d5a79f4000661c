#include "cli/tenant_list.hpp"

#include "cli/line_reader.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

constexpr std::size_t kMaxLineBytes = 4'096;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

void TenantList::add(std::string id, std::optional<std::int64_t> line) {
  if (lines_.try_emplace(id, line).second) {
    ids.push_back(std::move(id));
  } else {
    ++repeated;
  }
}

TenantList TenantList::ofArguments(const std::vector<std::string>& ids) {
  TenantList list;
  for (const auto& id : ids) {
    list.add(id, std::nullopt);
  }
  return list;
}

Result<TenantList> TenantList::read(const CliContext& context, const std::string& file) {
  // A signal ends this command as it does by default: what was created stays, and a second run
  // goes on from there.
  const NoInterrupt nobody;
  CAAS_ASSIGN(const auto source, openSource(context, file, nobody));
  LineReader reader{*source, kMaxLineBytes};
  TenantList list;
  while (true) {
    CAAS_ASSIGN(const auto line, reader.next());
    if (!line) {
      return list;
    }
    if (line->tooLong) {
      return fail(
          errors::invalidArgument(file + ", line " + std::to_string(line->number) +
                                  ": this is no list of tenant ids (the line is too long)"));
    }
    const auto id = trimmed(line->text.substr(0, line->text.find('#')));
    if (!id.empty()) {
      list.add(std::string{id}, line->number);
    }
  }
}

std::optional<std::int64_t> TenantList::lineOf(const std::string& id) const {
  const auto found = lines_.find(id);
  return found == lines_.end() ? std::nullopt : found->second;
}

}  // namespace caas::kafka::cli
