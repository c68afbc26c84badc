#include "console/fusion/sigma/yaml.hpp"

#include <yaml-cpp/eventhandler.h>

#include <set>
#include <sstream>

namespace wf::sigma {
namespace {

constexpr int kDeepest = 64;
constexpr std::size_t kMostNodes = 100'000;

/// yaml-cpp makes empty documents for ever, until memory ends, of a sign that can begin none (",", "]").
class DocumentsAdvance final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == last_) throw YAML::ParserException(mark, "no document can begin like this");
    last_ = mark.pos;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  int last_ = -1;
};

bool digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A number whose text is no matter of taste: 5, -12, 0.25, 10.0, and 00000429, which means the text with its zeros.
bool plainly_written(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  if (!digits(whole)) return false;
  if (dot == std::string_view::npos) return true;
  const std::string_view part = text.substr(dot + 1);
  return digits(part) && (part == "0" || part.back() != '0');
}

/// 0x1F and 0o17 are numbers in YAML.
bool other_base(std::string_view text) {
  return text.size() > 2 && text[0] == '0' &&
         ((text[1] == 'x' && text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos) ||
          (text[1] == 'o' && text.find_first_not_of("01234567", 2) == std::string_view::npos));
}

void check_node(const YAML::Node& node, int depth, std::size_t& count) {
  if (depth > kDeepest || ++count > kMostNodes)
    throw Refusal{line_of(node), "the document contains itself, or is nested too deeply", "simplify it"};
  if (node.IsSequence())
    for (const YAML::Node& one : node) check_node(one, depth + 1, count);
  if (!node.IsMap()) return;
  std::set<std::string> keys;
  for (const auto& item : node) {
    if (!item.first.IsScalar()) throw Refusal{line_of(item.first), "a key that is no text", "write a text"};
    const std::string& key = item.first.Scalar();
    if (key == "<<") throw Refusal{line_of(item.first), "a merge key, which YAML 1.2 does not have", "write it out"};
    if (!keys.insert(key).second)
      throw Refusal{line_of(item.first), "'" + key + "' is written twice", "join the two, or rename one"};
    check_node(item.second, depth + 1, count);
  }
}

}  // namespace

Scalar scalar_of(const YAML::Node& node) {
  Scalar out;
  out.line = line_of(node);
  if (node.IsNull()) {
    out.kind = Scalar::Kind::null;
    return out;
  }
  if (!node.IsScalar()) throw Refusal{out.line, "a list or map where a value belongs", "write a single value"};
  out.text = node.Scalar();
  const std::string& tag = node.Tag();
  if (tag == "!" || tag == "tag:yaml.org,2002:str") return out;  // quoted, or said to be text
  if (!tag.empty() && tag != "?" && tag != "tag:yaml.org,2002:int" && tag != "tag:yaml.org,2002:float" &&
      tag != "tag:yaml.org,2002:bool")
    throw Refusal{out.line, "the tag '" + tag + "' is not known", "leave it out"};
  double number = 0;
  if (out.text == "true" || out.text == "True" || out.text == "TRUE") {
    out.kind = Scalar::Kind::boolean;
    out.text = "true";
  } else if (out.text == "false" || out.text == "False" || out.text == "FALSE") {
    out.kind = Scalar::Kind::boolean;
    out.text = "false";
  } else if (parse_number(out.text, number) || other_base(out.text)) {
    out.kind = Scalar::Kind::number;
    out.plainly_written = plainly_written(out.text);
  }
  return out;
}

std::vector<Scalar> scalars_of(const YAML::Node& node) {
  std::vector<Scalar> out;
  if (!node.IsSequence()) return {scalar_of(node)};
  for (const YAML::Node& n : node) out.push_back(scalar_of(n));
  return out;
}

std::string text_at(const YAML::Node& map, const char* key) {
  const YAML::Node node = map[key];
  if (!node || node.IsNull()) return {};
  if (!node.IsScalar()) throw Refusal{line_of(node), std::string("'") + key + "' is no text", "write a single value"};
  return node.Scalar();
}

std::vector<std::string> texts_at(const YAML::Node& map, const char* key) {
  std::vector<std::string> out;
  const YAML::Node node = map[key];
  if (!node || node.IsNull()) return out;
  for (Scalar& s : scalars_of(node)) out.push_back(std::move(s.text));
  return out;
}

std::int64_t duration_of(const std::string& text, std::int64_t most) {
  std::int64_t number = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && i < 9; ++i) number = number * 10 + (text[i] - '0');
  std::int64_t unit = 0;
  if (i > 0 && i + 1 == text.size())
    unit = text[i] == 's' ? kSecond : text[i] == 'm' ? kMinute : text[i] == 'h' ? kHour : text[i] == 'd' ? kDay : 0;
  return unit == 0 || number > most / unit ? -1 : number * unit;
}

void check_shape(const YAML::Node& document) {
  std::size_t count = 0;
  check_node(document, 0, count);
}

std::vector<YAML::Node> load_documents(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentsAdvance advance;
  while (parser.HandleNextDocument(advance)) {
  }
  return YAML::LoadAll(text);
}

Logsource logsource_of(const YAML::Node& document) {
  const YAML::Node node = document["logsource"];
  if (!node || !node.IsMap()) throw Refusal{0, "no logsource", "state product, service or category"};
  Logsource out;
  for (const auto& item : node) {
    const std::string key = item.first.Scalar();
    if (key == "product")
      out.product = text_at(node, "product");
    else if (key == "service")
      out.service = text_at(node, "service");
    else if (key == "category")
      out.category = text_at(node, "category");
    else if (key != "definition")
      throw Refusal{line_of(item.first), "logsource attribute '" + key + "' is not known",
                    "use product, service, category or definition"};
  }
  if (out == Logsource{}) throw Refusal{line_of(node), "an empty logsource", "state product, service or category"};
  return out;
}

}  // namespace wf::sigma
