// Just enough to write JSON.
#pragma once

#include <string>

namespace ldct {

inline std::string json_string(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out + "\"";
}

inline const char* json_boolean(bool value) { return value ? "true" : "false"; }

}  // namespace ldct
