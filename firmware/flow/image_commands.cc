// SPDX-License-Identifier: MPL-2.0
#include "flow/image_commands.h"

#include "image/bzimage.h"
#include "image/identify.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Words;

namespace {

/// Longest arguments of an image: more than any kernel takes.
constexpr std::size_t max_arguments = 4096;

struct FetchWords {
  std::string_view name;
  std::string_view uri;
  std::size_t arguments = 0;  // the index of the first
};

/// [-n|--name NAME] URI [ARGUMENT...]; false when the words are not that.
bool parse_fetch(Words words, FetchWords& parsed) {
  std::size_t i = 1;
  for (; i < words.size() && words[i].starts_with('-'); ++i) {
    if (words[i].starts_with("--name=")) {
      parsed.name = words[i].substr(7);
    } else if ((words[i] == "-n" || words[i] == "--name") && i + 1 < words.size()) {
      parsed.name = words[++i];
    } else {
      return false;
    }
  }
  if (i == words.size()) return false;
  parsed.uri = words[i];
  parsed.arguments = i + 1;
  return true;
}

Status set_arguments(Session& session, image::Image& image, Words words, std::size_t first) {
  char room[max_arguments];
  auto arguments = script::join(words, first, room);
  if (!arguments.ok()) return arguments.error();
  return session.images().set_arguments(image, *arguments);
}

/// Downloads what the words name; the image is gone again when anything about it fails.
base::Result<image::Image*> fetch_image(Session& session, Words words, image::Role role) {
  FetchWords parsed;
  if (!parse_fetch(words, parsed)) return wrong_usage(session, words[0]);
  if (role == image::Role::initrd && parsed.arguments < words.size()) {
    return Error(ErrorCode::unsupported, "\"{}\" takes no arguments for {}: put a cpio archive on the server",
                 words[0], parsed.uri);
  }
  auto uri = session.resolve(parsed.uri);
  if (!uri.ok()) return uri.error();
  auto image = session.download(*uri, parsed.name);
  if (!image.ok()) return image;
  (*image)->role = role;
  Status status = set_arguments(session, **image, words, parsed.arguments);
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

Status chain(void* context, Words words) {
  Session& session = session_of(context);
  auto image = fetch_image(session, words, image::Role::plain);
  if (!image.ok()) return image.error();
  return session.start(**image);
}

Status kernel(void* context, Words words) {
  Session& session = session_of(context);
  auto image = fetch_image(session, words, image::Role::kernel);
  if (!image.ok()) return image.error();
  if (!image::looks_like_linux((*image)->bytes())) return base::Done{};
  auto parsed = image::parse_linux((*image)->bytes(), (*image)->name);  // before its initrds are waited for
  if (parsed.ok()) return base::Done{};
  static_cast<void>(session.images().free(**image));
  return parsed.error();
}

Status initrd(void* context, Words words) {
  auto image = fetch_image(session_of(context), words, image::Role::initrd);
  if (!image.ok()) return image.error();
  return base::Done{};
}

Status imgargs(void* context, Words words) {
  Session& session = session_of(context);
  if (words.size() < 2) return wrong_usage(session, words[0]);
  image::Image* image = session.images().find(words[1]);
  if (image == nullptr) return no_image(words[1]);
  return set_arguments(session, *image, words, 2);
}

Status boot(void* context, Words words) {
  Session& session = session_of(context);
  if (words.size() > 2) return wrong_usage(session, words[0]);
  image::Image* image =
      words.size() == 2 ? session.images().find(words[1]) : session.images().last_bootable();
  if (image != nullptr) return session.start(*image);
  if (words.size() == 2) return no_image(words[1]);
  return Error(ErrorCode::not_found, "There is nothing to boot: fetch something first with kernel or chain");
}

Status imgstat(void* context, Words) {
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

Status imgfree(void* context, Words words) {
  Session& session = session_of(context);
  if (words.size() > 2) return wrong_usage(session, words[0]);
  image::Registry& images = session.images();
  if (words.size() == 2) {
    image::Image* image = images.find(words[1]);
    return image == nullptr ? Status(no_image(words[1])) : images.free(*image);
  }
  for (image::Image* image = images.first(); image != nullptr;) {
    image::Image* const next = image->next;
    if (!image->in_use) static_cast<void>(images.free(*image));
    image = next;
  }
  return base::Done{};
}

}  // namespace flow
