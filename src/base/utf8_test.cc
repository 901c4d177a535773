// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace verger {
namespace {

TEST(ValidUtf8, ReplacesWhatIsNone) {
  EXPECT_EQ(valid_utf8("Pomme d'été"), "Pomme d'été");
  EXPECT_EQ(valid_utf8("caf\xe9.jpg"), "caf\xef\xbf\xbd.jpg");
  EXPECT_EQ(valid_utf8("\xf0\x9f\x8d"), "\xef\xbf\xbd");
  EXPECT_EQ(valid_utf8(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_TRUE(is_valid_utf8("été"));
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));  // a surrogate
}

TEST(Printable, LeavesNothingThatATerminalObeys) {
  EXPECT_EQ(printable("Pear été"), "Pear été");
  EXPECT_EQ(printable("\x1b[31m\a\x7f"), "\\x1b[31m\\x07\\x7f");
  EXPECT_EQ(printable("a\nverger: error: forged\r\t"), "a\\nverger: error: forged\\r\\t");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m\xc2\xa0"),
            "\\x9b31m\xc2\xa0");
  EXPECT_EQ(printable("\x9b"), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace verger
