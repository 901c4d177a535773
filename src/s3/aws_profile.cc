// SPDX-License-Identifier: Apache-2.0
#include "s3/aws_profile.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/option_name.h"
#include "s3/network.h"

namespace verger {

namespace {

using Values = std::map<std::string, std::string>;

std::string trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\r";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

// "[section]", "key = value", and below "s3 =" indented lines of its own: key "s3.endpoint_url".
std::map<std::string, Values> sections_of(const std::string& text) {
  std::map<std::string, Values> sections;
  std::istringstream lines(text);
  std::string section;
  std::string outer;
  for (std::string line; std::getline(lines, line);) {
    const std::string content = trimmed(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    if (content.front() == '[') {
      section = trimmed(content.substr(1, content.find(']') - 1));
      sections[section];
      outer.clear();
      continue;
    }
    const std::size_t equals = content.find('=');
    if (equals == content.npos) continue;
    const std::string key = trimmed(content.substr(0, equals));
    const std::string value = trimmed(content.substr(equals + 1));
    const bool inner = line.front() == ' ' || line.front() == '\t';
    sections[section][inner && !outer.empty() ? outer + '.' + key : key] = value;
    if (!inner) outer = value.empty() ? key : "";
  }
  return sections;
}

std::string text_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string file_of(const char* variable, const char* name) {
  const std::string given = first_variable({variable});
  return given.empty() ? first_variable({"HOME"}) + "/.aws/" + name : given;
}

}  // namespace

AwsProfile AwsProfile::parse(const std::string& name, const std::string& credentials,
                             const std::string& config) {
  AwsProfile profile;
  profile.name_ = name;
  auto settings = sections_of(config);
  const auto secrets = sections_of(credentials);
  const std::string section = name == "default" ? name : "profile " + name;
  const auto set = settings.find(section);
  const auto secret = secrets.find(name);
  profile.exists_ = set != settings.end() || secret != secrets.end();
  if (set != settings.end()) profile.values_ = set->second;
  if (secret != secrets.end()) {
    for (const auto& [key, value] : secret->second) profile.values_[key] = value;
  }
  if (const std::string services = profile.value("services"); !services.empty()) {
    profile.s3_ = settings["services " + services];
  }
  return profile;
}

Result<AwsProfile> AwsProfile::load() {
  const std::string given = first_variable({"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
  const std::string secrets = file_of("AWS_SHARED_CREDENTIALS_FILE", "credentials");
  const std::string settings = file_of("AWS_CONFIG_FILE", "config");
  AwsProfile profile =
      parse(given.empty() ? "default" : given, text_of(secrets), text_of(settings));
  if (profile.exists_ || given.empty()) return profile;
  return Status::io("AWS' settings have no profile '" + given +
                    "', which AWS_PROFILE names: it is "
                    "neither in " +
                    secrets + " nor in " + settings + ".");
}

std::string AwsProfile::value(const std::string& key) const {
  const auto entry = values_.find(key);
  return entry == values_.end() ? "" : entry->second;
}

std::string AwsProfile::s3_endpoint() const {
  const auto of_s3 = s3_.find("s3.endpoint_url");
  return of_s3 == s3_.end() ? value("endpoint_url") : of_s3->second;
}

Status check_credentials(const std::string& key, const std::string& secret) {
  const bool key_is_set = !first_variable({"AWS_ACCESS_KEY_ID"}).empty();
  const bool secret_is_set = !first_variable({"AWS_SECRET_ACCESS_KEY"}).empty();
  if (key_is_set != secret_is_set) {
    return Status::io(std::string("AWS_") + (key_is_set ? "ACCESS_KEY_ID" : "SECRET_ACCESS_KEY") +
                      " is set, and AWS_" + (key_is_set ? "SECRET_ACCESS_KEY" : "ACCESS_KEY_ID") +
                      " is not: set both, or neither.");
  }
  if (!key.empty() && !secret.empty()) return {};
  return Status::io(
      "No credentials of AWS were found: neither in the environment, in a profile nor of a "
      "machine's role; set AWS_PROFILE or sign in, or give " +
      option_set("s3_anonymous") + " to read public buckets.");
}

}  // namespace verger
