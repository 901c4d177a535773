// SPDX-License-Identifier: Apache-2.0
#include "base/option.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <type_traits>

#include "base/numbers.h"
#include "base/option_name.h"
#include "base/words.h"

namespace verger {

using nlohmann::json;

namespace {

Status refused(const OptionDeclaration& option, const std::string& must, std::string_view given) {
  return Status::invalid_argument(option_name(option.name) + " must be " + must + ", not " +
                                  std::string(given) + ".");
}

std::string in_quotes(std::string_view text) { return '\'' + std::string(text) + '\''; }

// "a whole number", and its bounds.
template <class Number>
std::string number_text(const Bounds& bounds) {
  const std::string text = bounds.text();
  if (!text.empty()) return text;
  if constexpr (std::is_floating_point_v<Number>) return "a number";
  if constexpr (std::is_unsigned_v<Number>) return "a whole number, at least 0";
  return "a whole number";
}

template <class Number>
Status set_number(const OptionDeclaration& option, Number& field, std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const bool complete = read.ptr == end && !text.empty();
  if (read.ec == std::errc::result_out_of_range && complete) {
    return refused(option, option.bounds.text().empty() ? "a smaller number" : option.bounds.text(),
                   text);
  }
  if (read.ec != std::errc() || !complete) {
    return refused(option, number_text<Number>(option.bounds), in_quotes(text));
  }
  if (!option.bounds.hold(static_cast<double>(value))) {
    return refused(option, option.bounds.text(), text);
  }
  field = value;
  return {};
}

Status set_flag(const OptionDeclaration& option, bool& field, std::string_view text) {
  if (text == "true" || text == "false") {
    field = text == "true";
    return {};
  }
  return refused(option, "true or false", in_quotes(text));
}

Status set_name(const OptionDeclaration& option, const NamedField& field, std::string_view text) {
  const auto place = std::ranges::find(field.names, text);
  if (place == field.names.end())
    return refused(option, in_words(field.names, "or"), in_quotes(text));
  field.set(field.field, static_cast<std::size_t>(place - field.names.begin()));
  return {};
}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

Status check_text(const OptionDeclaration& option, const std::string& text) {
  const bool known =
      text.empty() || std::ranges::find(option.choices, text) != option.choices.end();
  if (option.choices.empty() || known) return {};
  return refused(option, in_words(option.choices, "or"), in_quotes(text));
}

// How many letters must be put in, left out, replaced or swapped with their neighbour to make
// `to` of `from` (the distance of Damerau and Levenshtein, in its restricted form).
std::size_t typing_distance(std::string_view from, std::string_view to) {
  std::vector<std::vector<std::size_t>> least(from.size() + 1,
                                              std::vector<std::size_t>(to.size() + 1));
  for (std::size_t i = 0; i <= from.size(); ++i) {
    for (std::size_t j = 0; j <= to.size(); ++j) {
      if (i == 0 || j == 0) {
        least[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = least[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      least[i][j] = std::min({least[i - 1][j] + 1, least[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        least[i][j] = std::min(least[i][j], least[i - 2][j - 2] + 1);
      }
    }
  }
  return least[from.size()][to.size()];
}

}  // namespace

bool Bounds::hold(double value) const {
  return (above ? value > least : value >= least) && value <= most;
}

std::string Bounds::text() const {
  const bool low = std::isfinite(least);
  const bool high = std::isfinite(most);
  if (low && high && !above) {
    return "between " + format_number(least) + " and " + format_number(most);
  }
  std::string text;
  if (low) text = (above ? "above " : "at least ") + format_number(least);
  if (high) text += (low ? " and at most " : "at most ") + format_number(most);
  return text;
}

Status set_option(const OptionDeclaration& option, const OptionField& field,
                  std::string_view text) {
  return std::visit(
      Overloaded{[&](bool* flag) { return set_flag(option, *flag, text); },
                 [&](const NamedField& choice) { return set_name(option, choice, text); },
                 [&](std::string* word) {
                   *word = text;
                   return check_text(option, *word);
                 },
                 [&](std::vector<std::string>* words) {
                   words->emplace_back(text);
                   return Status();
                 },
                 [&](auto* number) { return set_number(option, *number, text); }},
      field);
}

Status check_option(const OptionDeclaration& option, const OptionField& field) {
  return std::visit(
      Overloaded{
          [](const bool*) { return Status(); }, [](const NamedField&) { return Status(); },
          [](const std::vector<std::string>*) { return Status(); },
          [&](const std::string* text) { return check_text(option, *text); },
          [&](const auto* number) { return check_number(option, static_cast<double>(*number)); }},
      field);
}

Status check_number(const OptionDeclaration& option, double value) {
  if (value == 0 && option.bounds.zero_unset) return {};
  if (option.bounds.hold(value)) return {};
  return refused(option, option.bounds.text(), format_number(value));
}

std::span<const std::string_view> choices_of(const OptionDeclaration& option,
                                             const OptionField& field) {
  const auto* choice = std::get_if<NamedField>(&field);
  return choice == nullptr ? option.choices : choice->names;
}

json option_json(const OptionField& field) {
  return std::visit(Overloaded{[](const NamedField& choice) {
                                 return json(choice.names[choice.get(choice.field)]);
                               },
                               [](const auto* value) { return json(*value); }},
                    field);
}

void read_option(const OptionField& field, const json& from) {
  std::visit(Overloaded{[&](const NamedField& choice) {
                          const auto name = from.get<std::string>();
                          if (!set_name({}, choice, name).ok()) {
                            throw json::other_error::create(
                                501, '\'' + name + "' is none of " + in_words(choice.names, "or"),
                                &from);
                          }
                        },
                        [&](auto* value) { from.get_to(*value); }},
             field);
}

std::string nearest_name(std::string_view word, std::span<const std::string> names) {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string& name : names) {
    const std::size_t distance = typing_distance(word, name);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace verger
