// SPDX-License-Identifier: MPL-2.0
// The commands about images.
#include "flow/command_functions.h"
#include "flow/form.h"
#include "image/bzimage.h"
#include "image/cpio.h"
#include "image/gunzip.h"
#include "image/identify.h"
#include "settings/digest_text.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Call;
using script::Words;

namespace {

/// Longest arguments of an image: more than any kernel takes.
constexpr std::size_t max_arguments = 4096;

enum FetchOption : std::uint8_t { name_option, timeout_option, autofree_option, replace_option };

Status set_arguments(Session& session, image::Image& image, Words words) {
  char room[max_arguments];
  auto arguments = script::join(words, 0, room);
  if (!arguments.ok()) return arguments.error();
  return session.images().set_arguments(image, *arguments);
}

/// For one download: each wait is cut to what the command says, and the form goes with it.
class OneDownload {
 public:
  OneDownload(Session& session, std::uint32_t milliseconds, std::string_view form)
      : fetching_(session.fetching()), before_(fetching_.timeouts) {
    const base::Duration wait = base::Duration::milliseconds(milliseconds);
    if (milliseconds != 0) fetching_.timeouts = {wait, wait, wait};
    fetching_.form = form;
  }
  OneDownload(const OneDownload&) = delete;
  OneDownload& operator=(const OneDownload&) = delete;
  ~OneDownload() {
    fetching_.timeouts = before_;
    fetching_.form = {};
  }

 private:
  proto::FetchContext& fetching_;
  proto::FetchTimeouts before_;
};

/// Downloads what the words name; the image is gone again when anything about it fails.
base::Result<image::Image*> fetch_image(Session& session, const Call& call, image::Role role) {
  std::uint32_t milliseconds = 0;
  if (!call.read_number(timeout_option, milliseconds)) return wrong_usage(session, call);
  auto uri = session.resolve(call.word(0));
  if (!uri.ok()) return uri.error();
  char room[max_form];
  auto form = take_form(session, call.word(0), room);
  if (!form.ok()) return form.error();
  const OneDownload options(session, milliseconds, *form);
  auto image = session.download(*uri, call.options[name_option]);
  if (!image.ok()) return image;
  (*image)->role = role;
  Status status = set_arguments(session, **image, call.words.subspan(1));
  if (status.ok() && role != image::Role::initrd) {
    if (image::is_gzip((*image)->bytes())) {
      auto unpacked = session.unpack(**image, (*image)->name, false);
      if (unpacked.ok()) {
        image = std::move(unpacked);
      } else {
        status = unpacked.error();
      }
    }
    const image::Kind kind = image::identify((*image)->bytes());
    if (status.ok() && !image::is_bootable(kind)) status = image::refusal(kind, (*image)->name);
  }
  if (!status.ok()) {
    static_cast<void>(session.images().free(**image));
    return status.error();
  }
  return image;
}

Error no_image(std::string_view name) {
  return Error(ErrorCode::not_found, "There is no image called \"{}\"; imgstat lists them", name);
}

}  // namespace

namespace {

/// Starts what is here already, or what is fetched by `call`.
Status start(Session& session, const Call& call, image::Image* image) {
  if (image == nullptr || image->in_use) {
    auto fetched = fetch_image(session, call, image::Role::plain);
    if (!fetched.ok()) return fetched.error();
    image = *fetched;
  } else if (call.words.size() > 1) {
    Status status = set_arguments(session, *image, call.words.subspan(1));
    if (!status.ok()) return status;
  }
  if (call.has(autofree_option)) image->is_temporary = true;
  if (!call.has(replace_option)) return session.start(*image);
  return session.replace_script(*image);
}

}  // namespace

Status chain(void* context, const Call& call) {
  Session& session = session_of(context);
  // As in iPXE the name of an image will do; but what was chained before is fetched anew.
  image::Image* image = session.images().find(call.word(0));
  if (image != nullptr && image->role != image::Role::initrd) image = nullptr;
  return start(session, call, image);
}

Status kernel(void* context, const Call& call) {
  Session& session = session_of(context);
  auto image = fetch_image(session, call, image::Role::kernel);
  if (!image.ok()) return image.error();
  (*image)->is_temporary = call.has(autofree_option);
  if (!image::looks_like_linux((*image)->bytes())) return base::Done{};
  auto parsed = image::parse_linux((*image)->bytes(), (*image)->name);  // before its initrds are waited for
  if (parsed.ok()) return base::Done{};
  static_cast<void>(session.images().free(**image));
  return parsed.error();
}

Status initrd(void* context, const Call& call) {
  auto image = fetch_image(session_of(context), call, image::Role::initrd);
  if (!image.ok()) return image.error();
  const auto file = image::CpioFile::parse((*image)->arguments);
  return file.ok() ? Status(base::Done{}) : Status(file.error());
}

/// As initrd, but what the arguments mean is left to whoever uses it.
Status imgfetch(void* context, const Call& call) {
  auto image = fetch_image(session_of(context), call, image::Role::initrd);
  return image.ok() ? Status(base::Done{}) : Status(image.error());
}

Status imgextract(void* context, const Call& call) {
  constexpr std::size_t keep_option = 2;
  Session& session = session_of(context);
  image::Image* packed = session.images().find(call.word(0));
  const bool is_here = packed != nullptr;
  if (!is_here) {
    auto fetched = fetch_image(session, call, image::Role::initrd);
    if (!fetched.ok()) return fetched.error();
    packed = *fetched;
  }
  std::string_view name = call.options[name_option];
  if (name.empty() || !is_here) name = packed->name;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  auto image = session.unpack(*packed, name, call.has(keep_option));
  return image.ok() ? Status(base::Done{}) : Status(image.error());
}

Status imgargs(void* context, const Call& call) {
  Session& session = session_of(context);
  image::Image* image = session.images().find(call.word(0));
  if (image == nullptr) return no_image(call.word(0));
  return set_arguments(session, *image, call.words.subspan(1));
}

/// From now on it is what `boot` starts.
Status imgselect(void* context, const Call& call) {
  Session& session = session_of(context);
  image::Image* const selected = session.images().find(call.word(0));
  if (selected == nullptr) return no_image(call.word(0));
  for (image::Image* image = session.images().first(); image != nullptr; image = image->next) {
    if (image->role == image::Role::kernel) image->role = image::Role::plain;
  }
  selected->role = image::Role::kernel;
  return base::Done{};
}

Status boot(void* context, const Call& call) {
  Session& session = session_of(context);
  const std::string_view name = call.word(0);
  image::Image* image = name.empty() ? session.images().last_bootable() : session.images().find(name);
  if (image != nullptr || !name.empty()) return start(session, call, image);
  return Error(ErrorCode::not_found, "There is nothing to boot: fetch something first with kernel or chain");
}

Status imgstat(void* context, const Call&) {
  Session& session = session_of(context);
  for (const image::Image* image = session.images().first(); image != nullptr; image = image->next) {
    const bool is_initrd = image->role == image::Role::initrd;
    session.console().print("{}: {} bytes, {}\n", image->name, image->size,
                            is_initrd ? "initrd" : image::name_of(image::identify(image->bytes())));
    if (!image->arguments.empty()) {
      session.console().write("  ");
      session.console().write(image->arguments);
      session.console().write("\n");
    }
  }
  return base::Done{};
}

Status imgfree(void* context, const Call& call) {
  image::Registry& images = session_of(context).images();
  for (const std::string_view name : call.words) {
    if (name.empty()) break;
    image::Image* const image = images.find(name);
    Status status = image == nullptr ? Status(no_image(name)) : images.free(*image);
    if (!status.ok()) return status;
  }
  if (!call.word(0).empty()) return base::Done{};
  for (image::Image* image = images.first(); image != nullptr;) {
    image::Image* const next = image->next;
    if (!image->in_use) static_cast<void>(images.free(*image));
    image = next;
  }
  return base::Done{};
}

Status digest_sum(void* context, const Call& call) {
  Session& session = session_of(context);
  for (const std::string_view name : call.words) {
    const image::Image* image = session.images().find(name);
    if (image == nullptr) return no_image(name);
    const bool is_md5 = call.name == "md5sum";
    const auto kind = is_md5 ? settings::Digest::md5 : settings::Digest::sha256;
    const settings::DigestText sum = settings::digest_text(kind, image->bytes());
    const std::string_view digest = sum;
    if (!call.has(0)) {
      session.console().print("{}  {}\n", digest, image->name);
    } else if (!base::equal_ignoring_case(digest, call.options[0])) {
      return Error(
          ErrorCode::refused,
          "{} is not what it should be: its {} is {}, expected was {}; was the file changed, or the sum?", name,
          is_md5 ? "MD5" : "SHA-256", digest, call.options[0]);
    }
  }
  return base::Done{};
}

}  // namespace flow
