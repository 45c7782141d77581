// SPDX-License-Identifier: MPL-2.0
// The commands about images.
#include "base/sha256.h"
#include "flow/command_functions.h"
#include "flow/form.h"
#include "image/bzimage.h"
#include "image/cpio.h"
#include "image/identify.h"

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
    const image::Kind kind = image::identify((*image)->bytes());
    if (!image::is_bootable(kind)) status = image::refusal(kind, (*image)->name);
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

Status chain(void* context, const Call& call) {
  Session& session = session_of(context);
  auto fetched = fetch_image(session, call, image::Role::plain);
  if (!fetched.ok()) return fetched.error();
  image::Image& image = **fetched;
  image.is_temporary = call.has(autofree_option);
  if (!call.has(replace_option)) return session.start(image);
  return session.replace_script(image);
}

Status kernel(void* context, const Call& call) {
  Session& session = session_of(context);
  auto image = fetch_image(session, call, image::Role::kernel);
  if (!image.ok()) return image.error();
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
  if (image != nullptr) return session.start(*image);
  if (!name.empty()) return no_image(name);
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
  const std::string_view name = call.word(0);
  if (!name.empty()) {
    image::Image* image = images.find(name);
    return image == nullptr ? Status(no_image(name)) : images.free(*image);
  }
  for (image::Image* image = images.first(); image != nullptr;) {
    image::Image* const next = image->next;
    if (!image->in_use) static_cast<void>(images.free(*image));
    image = next;
  }
  return base::Done{};
}

Status sha256sum(void* context, const Call& call) {
  Session& session = session_of(context);
  const image::Image* image = session.images().find(call.word(0));
  if (image == nullptr) return no_image(call.word(0));
  char room[64];
  base::TextWriter writer(room);
  settings::format_value(settings::Type::hexraw, base::sha256(image->bytes()), writer);
  const std::string_view digest = writer.view();
  if (!call.has(0)) {
    session.console().print("{}  {}\n", digest, image->name);
    return base::Done{};
  }
  if (base::equal_ignoring_case(digest, call.options[0])) return base::Done{};
  return Error(
      ErrorCode::refused,
      "{} is not what it should be: its SHA-256 is {}, expected was {}; was the file changed, or the "
      "sum?",
      image->name, digest, call.options[0]);
}

}  // namespace flow
