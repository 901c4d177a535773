// What a file's name says: whether it is an image to take, and its label.
#pragma once

#include <string>
#include <string_view>

namespace verger {

// Is the file an image of the input? `name`: below the input, '/'-separated; `pattern`: a glob on
// the file's own name, or "" for jpg, jpeg and png in any case. What Spark hides is none: a name
// with a leading dot or underscore, and what is below a folder of such a name.
bool is_image(const std::string& name, const std::string& pattern);

// The name of the folder that holds the file: "Test/Apple Red 1/3_100.jpg" → "Apple Red 1". For a
// file directly in the root it is the root folder's own name, so it needs the display path.
std::string label_of(std::string_view display_path);

}  // namespace verger
