#include "cli/topics_describe.hpp"

#include <map>

#include <fmt/format.h>

#include "client/admin.hpp"
#include "core/errors.hpp"

namespace caas::kafka::cli {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

struct PartitionRow {
  client::PartitionInfo info;
  std::optional<std::int64_t> earliest{};
  std::optional<std::int64_t> latest{};
};

struct TopicPicture {
  client::TopicDescription topic;
  client::ConfigMap configs;
  std::vector<PartitionRow> partitions;
  std::optional<TopicOwner> owner{};
};

/// Offsets that cannot be read (a partition without a leader) stay unknown: the rest is shown.
void addOffsets(client::AdminClient& admin, const client::CallOptions& call,
                TopicPicture& picture) {
  for (const bool latest : {false, true}) {
    std::vector<std::pair<client::TopicPartition, client::OffsetSpec>> asked;
    for (const auto& row : picture.partitions) {
      asked.emplace_back(client::TopicPartition{picture.topic.name, row.info.id},
                         latest ? client::OffsetSpec::latest() : client::OffsetSpec::earliest());
    }
    const auto offsets = admin.listOffsets(asked, call);
    if (!offsets) {
      return;
    }
    for (const auto& found : *offsets) {
      for (auto& row : picture.partitions) {
        if (row.info.id == found.partition.partition && !found.error) {
          (latest ? row.latest : row.earliest) = found.offset;
        }
      }
    }
  }
}

Result<TopicPicture> look(Session& session, const std::string& name) {
  CAAS_ASSIGN(const auto* loaded, session.settings());
  CAAS_ASSIGN(const auto catalog, session.catalog());
  CAAS_TRY(session.reach());
  CAAS_ASSIGN(const auto admin, client::AdminClient::create(loaded->settings, "cli"));
  const client::CallOptions call{session.deadline(Milliseconds{30'000}), {}};
  TopicPicture picture;
  CAAS_ASSIGN(auto described, admin->describeTopics({name}, call));
  if (described.empty()) {
    return fail(errors::topicNotFound(name));
  }
  if (const auto& error = described.front().error) {
    return fail(error->code == ErrorCode::kTopicNotFound ? errors::topicNotFound(name) : *error);
  }
  picture.topic = std::move(described.front());
  CAAS_ASSIGN(auto configs, admin->describeConfigs({name}, call));
  if (!configs.empty()) {
    if (configs.front().error) {
      return fail(*configs.front().error);
    }
    picture.configs = std::move(configs.front().configs);
  }
  for (const auto& info : picture.topic.partitions) {
    picture.partitions.push_back({info});
  }
  addOffsets(*admin, call, picture);
  picture.owner = catalog->ownerOf(name);
  return picture;
}

/// A setting that is on the topic itself, or declared for it, or both.
struct SettingRow {
  std::string name;
  std::string actual;
  std::optional<std::string> declared{};
  [[nodiscard]] bool drifted() const { return declared && *declared != actual; }
};

std::vector<SettingRow> settingRows(const TopicPicture& picture) {
  std::map<std::string, SettingRow> rows;
  for (const auto& [name, entry] : picture.configs) {
    if (entry.source == client::ConfigSource::kTopic) {
      rows[name] = {name, entry.value};
    }
  }
  if (picture.owner) {
    for (const auto& [name, declared] : picture.owner->definition->configs) {
      auto& row = rows[name];
      row.name = name;
      row.declared = declared;
    }
  }
  std::vector<SettingRow> list;
  for (auto& [name, row] : rows) {
    list.push_back(std::move(row));
  }
  return list;
}

object pictureJson(const TopicPicture& picture) {
  array partitions;
  for (const auto& row : picture.partitions) {
    const auto number = [](const auto& n) { return n ? value(*n) : value(nullptr); };
    partitions.push_back(
        object{{"partition", row.info.id},
               {"leader", number(row.info.leader)},
               {"replicas", array(row.info.replicas.begin(), row.info.replicas.end())},
               {"isr", array(row.info.isr.begin(), row.info.isr.end())},
               {"earliest", number(row.earliest)},
               {"latest", number(row.latest)}});
  }
  array settings;
  for (const auto& row : settingRows(picture)) {
    settings.push_back(object{{"name", row.name},
                              {"actual", row.actual.empty() ? value(nullptr) : value(row.actual)},
                              {"declared", row.declared ? value(*row.declared) : value(nullptr)},
                              {"drifted", row.drifted()}});
  }
  const auto& owner = picture.owner;
  return {{"name", picture.topic.name},
          {"topicId", picture.topic.topicId},
          {"entry", owner ? value(owner->definition->entry) : value(nullptr)},
          {"category", owner ? value(toString(owner->definition->category)) : value(nullptr)},
          {"tenantId", owner && owner->tenant ? value(owner->tenant->str()) : value(nullptr)},
          {"partitions", std::move(partitions)},
          {"settings", std::move(settings)}};
}

std::string numbers(const std::vector<int>& ids) { return fmt::format("{}", fmt::join(ids, ",")); }

std::string headText(const TopicPicture& picture) {
  auto out = fmt::format("{}  (id {})\n", escapeForTerminal(picture.topic.name),
                         picture.topic.topicId.empty() ? "unknown" : picture.topic.topicId);
  if (!picture.owner) {
    return out + "not in the catalog\n";
  }
  const auto& definition = *picture.owner->definition;
  out += definition.description.empty() ? "" : definition.description + "\n";
  out += fmt::format("category {}, entry {}", toString(definition.category), definition.entry);
  if (picture.owner->tenant) {
    out += ", tenant " + picture.owner->tenant->str();
  }
  out += fmt::format(", key by {}", toString(definition.strategy));
  if (!definition.eventTypes.empty()) {
    out += ", events " + join(definition.eventTypes, ", ");
  }
  const auto partitions = std::ssize(picture.partitions);
  if (!definition.onePartitionPerBroker && definition.partitions != partitions) {
    out += fmt::format("\n{}, the catalog declares {}", plural(partitions, "partition"),
                       definition.partitions);
  }
  return out + "\n";
}

std::string pictureText(const TopicPicture& picture, const Style& style) {
  Table partitions{
      {">PARTITION", ">LEADER", "REPLICAS", "IN SYNC", ">EARLIEST", ">LATEST", ">RECORDS"}};
  for (const auto& row : picture.partitions) {
    const bool short_ = row.info.isr.size() < row.info.replicas.size();
    const bool known = row.earliest && row.latest;
    partitions.add(
        {Cell{std::to_string(row.info.id)},
         row.info.leader ? Cell{std::to_string(*row.info.leader)} : Cell{"none", Tone::kBad},
         Cell{numbers(row.info.replicas)},
         Cell{numbers(row.info.isr), short_ ? Tone::kWarn : Tone::kPlain},
         Cell{row.earliest ? std::to_string(*row.earliest) : "?"},
         Cell{row.latest ? std::to_string(*row.latest) : "?"},
         Cell{known ? formatCount(*row.latest - *row.earliest) : "?"}});
  }
  Table settings{{"SETTING", "VALUE", "CATALOG"}};
  for (const auto& row : settingRows(picture)) {
    settings.add({Cell{row.name}, Cell{row.actual.empty() ? "(not set)" : row.actual},
                  Cell{row.drifted()  ? "declares " + *row.declared
                       : row.declared ? "the same"
                                      : "-",
                       row.drifted() ? Tone::kWarn : Tone::kDim}});
  }
  return headText(picture) + "\n" + partitions.render(style) +
         (settings.empty() ? "" : "\n" + settings.render(style));
}

}  // namespace

Result<int> describeTopic(Session& session, const std::string& name) {
  CAAS_ASSIGN(const auto picture, look(session, name));
  if (session.json()) {
    session.print(pictureJson(picture));
  } else {
    session.out() << pictureText(picture, session.style());
  }
  return 0;
}

}  // namespace caas::kafka::cli
