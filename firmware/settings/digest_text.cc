// SPDX-License-Identifier: MPL-2.0
#include "settings/digest_text.h"

#include "base/md5.h"
#include "base/sha256.h"
#include "settings/value.h"

namespace settings {

DigestText digest_text(Digest kind, base::Bytes message) {
  char room[DigestText::capacity()];
  base::TextWriter out(room);
  if (kind == Digest::sha256) {
    format_value(Type::hexraw, base::sha256(message), out);
  } else {
    format_value(Type::hexraw, base::md5(message), out);
  }
  return out.view();
}

}  // namespace settings
