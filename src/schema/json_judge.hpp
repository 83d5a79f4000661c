#pragma once

// valijson, held to bounds. Its own ways with some words of a schema end the process or never end,
// at what a payload or a schema may hold: std::regex goes down the stack with every character and
// takes exponential time, schemas that refer to each other double the work with every level of the
// value, a multiple of 0 is a division by it. Ours take their place here, as specializations of its
// members, which must be seen before they are used: include this and not valijson.

// Otherwise it ends the process.
#define VALIJSON_USE_EXCEPTIONS 1

#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <boost/json.hpp>
#include <boost/regex.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "schema/json_bounds.hpp"
#include "schema/json_formats.hpp"

namespace caas::kafka::schema {

using Adapter = valijson::adapters::BoostJsonAdapter;

/// One value being judged by one thread: what it has cost so far, and the patterns that were made
/// before. What costs too much ends with an exception.
class Judgement {
 public:
  using Patterns = std::unordered_map<std::string, boost::regex>;

  Judgement(Steps steps, Patterns& patterns) : steps_(steps), patterns_(patterns) {
    current_ = this;
  }
  ~Judgement() { current_ = nullptr; }
  Judgement(const Judgement&) = delete;
  Judgement& operator=(const Judgement&) = delete;

  static Judgement& current() { return *current_; }

  void step() {
    if (!steps_.take()) {
      throw std::runtime_error("the schema and the value together are too much work");
    }
  }
  [[nodiscard]] bool matches(const std::string& pattern, const std::string& text);

 private:
  [[nodiscard]] static boost::regex made(const std::string& pattern);

  /// Looks at a character of a text, which is what a pattern's work is made of.
  class Look {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Look() = default;
    explicit Look(const char* at) : at_(at) {}
    reference operator*() const {
      current().look();
      return *at_;
    }
    Look& operator++() { return *this += 1; }
    Look& operator--() { return *this -= 1; }
    Look operator++(int) { return std::exchange(*this, *this + 1); }
    Look operator--(int) { return std::exchange(*this, *this - 1); }
    Look& operator+=(difference_type by) { return at_ += by, *this; }
    Look& operator-=(difference_type by) { return at_ -= by, *this; }
    friend Look operator+(Look from, difference_type by) { return from += by; }
    friend Look operator-(Look from, difference_type by) { return from -= by; }
    friend difference_type operator-(Look left, Look right) { return left.at_ - right.at_; }
    auto operator<=>(const Look&) const = default;

   private:
    const char* at_ = nullptr;
  };

  void look() {
    if (++looks_ % kLooksPerStep == 0) {
      step();
    }
  }

  static constexpr std::size_t kLooksPerStep = 32;
  static inline thread_local Judgement* current_ = nullptr;
  Steps steps_;
  std::size_t looks_ = 0;
  Patterns& patterns_;
};

inline boost::regex Judgement::made(const std::string& pattern) {
  // ^ and $ are the text's ends and not its lines', a dot is no line's end: as in ECMAScript.
  constexpr auto kSyntax = boost::regex::perl | boost::regex::no_mod_m | boost::regex::no_mod_s;
  try {
    return boost::regex(pattern, kSyntax);
  } catch (const boost::regex_error& problem) {
    // What follows quotes bytes of the pattern, and parts of characters among them.
    const std::string_view what = problem.what();
    throw std::runtime_error("the pattern '" + pattern + "' is none: " +
                             std::string(what.substr(0, what.find("  The error occurred"))));
  }
}

inline bool Judgement::matches(const std::string& pattern, const std::string& text) {
  auto found = patterns_.find(pattern);
  if (found == patterns_.end()) {
    found = patterns_.emplace(pattern, made(pattern)).first;
  }
  step();
  return boost::regex_search(Look(text.data()), Look(text.data() + text.size()), found->second);
}

/// The same text for values that JSON Schema calls equal, whatever the order of their members.
inline void appendCanonical(const Adapter& value, std::string& out) {
  Judgement::current().step();
  if (value.isObject()) {
    std::map<std::string, Adapter> members;
    for (const auto member : value.getObject()) {
      members.emplace(member.first, member.second);
    }
    out += '{';
    for (const auto& [name, member] : members) {
      out += boost::json::serialize(boost::json::string(name)) + ':';
      appendCanonical(member, out);
      out += ',';
    }
    out += '}';
  } else if (value.isArray()) {
    out += '[';
    for (const auto item : value.getArray()) {
      appendCanonical(item, out);
      out += ',';
    }
    out += ']';
  } else if (value.isString()) {
    out += boost::json::serialize(boost::json::string(value.getString()));
  } else if (value.isInteger()) {
    out += std::to_string(value.getInteger());
  } else if (value.isNumber()) {
    const double number = value.asDouble();
    constexpr double kWhole = 9007199254740992.0;  // 2^53: up to it each integer is a double
    out += number == std::trunc(number) && std::abs(number) <= kWhole
               ? std::to_string(static_cast<std::int64_t>(number))
               : boost::json::serialize(boost::json::value(number));
  } else {
    out += value.isNull() ? "null" : (value.getBool() ? "true" : "false");
  }
}

}  // namespace caas::kafka::schema

namespace valijson {

using CaasVisitor = ValidationVisitor<caas::kafka::schema::Adapter>;
using caas::kafka::schema::Judgement;

template <>
inline bool CaasVisitor::validateSchema(const Subschema& subschema) {
  Judgement::current().step();
  if (subschema.getAlwaysInvalid()) {
    return false;
  }
  Subschema::ApplyFunction each(
      [this](const constraints::Constraint& constraint) { return constraint.accept(*this); });
  // Without results the first failure is enough.
  return m_results == nullptr ? subschema.applyStrict(each) : subschema.apply(each);
}

template <>
inline bool CaasVisitor::visit(const PatternConstraint& constraint) {
  const auto pattern = constraint.getPattern<std::string::allocator_type>();
  if (!m_target.isString() || Judgement::current().matches(pattern, m_target.getString())) {
    return true;
  }
  if (m_results != nullptr) {
    m_results->pushError(m_context, "Does not match the pattern '" + pattern + "'.");
  }
  return false;
}

template <>
inline bool CaasVisitor::visit(const FormatConstraint& constraint) {
  if (!m_target.isString()) {
    return true;
  }
  const std::string format = constraint.getFormat();
  const std::string text = m_target.getString();
  const bool fits = (format != "date" || caas::kafka::schema::isDate(text)) &&
                    (format != "time" || caas::kafka::schema::isTime(text)) &&
                    (format != "date-time" || caas::kafka::schema::isDateTime(text));
  if (!fits && m_results != nullptr) {
    m_results->pushError(m_context, "Should be a valid " + format);
  }
  return fits;
}

template <>
inline bool CaasVisitor::visit(const MultipleOfIntConstraint& constraint) {
  const auto divisor = constraint.getDivisor();
  if (divisor <= 0) {
    throw std::runtime_error("'multipleOf' is not above 0");
  }
  const bool fits = m_target.isInteger()
                        ? m_target.getInteger() % divisor == 0
                        : !m_target.isNumber() ||
                              std::fmod(m_target.asDouble(), static_cast<double>(divisor)) == 0;
  if (!fits && m_results != nullptr) {
    m_results->pushError(m_context, "Should be a multiple of " + std::to_string(divisor));
  }
  return fits;
}

template <>
inline bool CaasVisitor::visit(const UniqueItemsConstraint& /*constraint*/) {
  if (!m_target.isArray()) {
    return true;
  }
  std::map<std::string, std::size_t> seen;
  std::size_t index = 0;
  for (const auto item : m_target.getArray()) {
    std::string text;
    caas::kafka::schema::appendCanonical(item, text);
    const auto [first, isNew] = seen.emplace(std::move(text), index);
    if (!isNew) {
      if (m_results != nullptr) {
        m_results->pushError(m_context, "Items " + std::to_string(first->second) + " and " +
                                            std::to_string(index) + " are equal.");
      }
      return false;
    }
    ++index;
  }
  return true;
}

/// A name is judged as the text that it is.
template <>
inline bool CaasVisitor::visit(const PropertyNamesConstraint& constraint) {
  if (!m_target.isObject()) {
    return true;
  }
  for (const auto member : m_target.getObject()) {
    const boost::json::value name(member.first);
    CaasVisitor visitor(caas::kafka::schema::Adapter(name), m_context, m_strictTypes, nullptr,
                        m_regexesCache);
    if (!visitor.validateSchema(*constraint.getSubschema())) {
      if (m_results != nullptr) {
        m_results->pushError(m_context, "A property may not be called '" + member.first + "'.");
      }
      return false;
    }
  }
  return true;
}

/// Of each pattern of 'patternProperties', its schema is for the members that match.
template <>
template <class StringType>
bool CaasVisitor::ValidatePatternPropertySubschemas::operator()(const StringType& patternProperty,
                                                                const Subschema* subschema) const {
  const std::string pattern(patternProperty.c_str());
  for (const auto member : m_object) {
    if (!Judgement::current().matches(pattern, member.first)) {
      continue;
    }
    if (m_propertiesMatched != nullptr) {
      m_propertiesMatched->insert(member.first);
    }
    auto context = m_context;
    context.push_back("[" + member.first + "]");
    CaasVisitor visitor(member.second, std::move(context), m_strictTypes, m_results,
                        m_regexesCache);
    if (!visitor.validateSchema(*subschema)) {
      if (m_validated != nullptr) {
        *m_validated = false;
      }
      if (m_results != nullptr) {
        m_results->pushError(m_context, "Does not fit what is for names like '" + pattern + "'.");
      }
    }
  }
  return true;
}

}  // namespace valijson
