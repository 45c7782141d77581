// SPDX-License-Identifier: MPL-2.0
// Where images lie is worked out anew from the list each time: there are few, and nothing can fall out of
// step.
#include "image/registry.h"

#include <new>

#include "base/debug.h"

namespace image {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t granule =
    4096;  // images start on pages: what Linux is given as initrd can then often stay aligned

Error no_memory_for(std::string_view name) {
  return Error(ErrorCode::no_memory, "No memory to remember {}: free images with imgfree", name);
}

}  // namespace

Registry::Room Registry::largest_room() const {
  Room best;
  // Every gap begins at the region's start or behind an image.
  const auto consider = [&](std::size_t begin) {
    begin = (begin + granule - 1) & ~(granule - 1);
    if (begin >= memory_.size()) return;
    std::size_t end = memory_.size();
    for (const Image* image = first_; image != nullptr; image = image->next) {
      const std::size_t at = static_cast<std::size_t>(image->address.value - region_.begin.value);
      if (at + image->room.size() > begin && at < end) end = at;
    }
    if (end <= begin || end - begin <= best.bytes.size()) return;
    best = {region_.begin + begin, memory_.subspan(begin, end - begin)};
  };
  consider(0);
  for (const Image* image = first_; image != nullptr; image = image->next) {
    consider(static_cast<std::size_t>(image->address.value - region_.begin.value) + image->room.size());
  }
  return best;
}

base::Result<Image*> Registry::begin(std::string_view name, std::string_view uri) {
  const Room room = largest_room();
  if (room.bytes.empty()) {
    return Error(ErrorCode::no_memory,
                 "No memory left for {}: free images with imgfree or use a machine with more", uri);
  }
  void* memory = arena_.allocate(sizeof(Image));
  if (memory == nullptr) return no_memory_for(uri);
  Image* image = new (memory) Image;
  image->address = room.address;
  image->room = room.bytes;
  if (!keep(image->name, name).ok() || !keep(image->uri, uri).ok()) {
    arena_.release(const_cast<char*>(image->name.data()));
    arena_.release(image);
    return no_memory_for(uri);
  }
  Image** link = &first_;
  while (*link != nullptr) link = &(*link)->next;
  *link = image;
  DEBUG_LINE(image, extra, "{} begins at {}, {} KiB are free for it", name, base::Hex{image->address.value, 8},
             image->room.size() / 1024);
  return image;
}

base::Status Registry::expect(const Image& image, std::uint64_t total) const {
  if (total <= image.room.size()) return base::Done{};
  return Error(ErrorCode::too_large,
               "{} is {} KiB, but only {} KiB of memory are free for it: free images or use a machine "
               "with more memory",
               image.name, total / 1024, image.room.size() / 1024);
}

base::Status Registry::append(Image& image, base::Bytes piece) {
  if (piece.size() > image.room.size() - image.size)
    return expect(image, std::uint64_t{image.size} + piece.size());
  base::copy_bytes(image.room.data() + image.size, piece);
  image.size += piece.size();
  return base::Done{};
}

base::Status Registry::keep(std::string_view& where, std::string_view text) {
  char* copy = nullptr;
  if (!text.empty()) {
    copy = static_cast<char*>(arena_.allocate(text.size()));
    if (copy == nullptr) return no_memory_for(text);
    std::memcpy(copy, text.data(), text.size());
  }
  arena_.release(const_cast<char*>(where.data()));  // ours, or nullptr
  where = {copy, text.size()};
  return base::Done{};
}

Image* Registry::find(std::string_view name) const {
  Image* found = nullptr;
  for (Image* image = first_; image != nullptr; image = image->next) {
    if (image->name == name) found = image;
  }
  return found;
}

Image* Registry::last_bootable() const {
  Image* found = nullptr;
  for (Image* image = first_; image != nullptr; image = image->next) {
    if (image->in_use || image->role == Role::initrd) continue;
    if (found == nullptr || image->role == Role::kernel || found->role != Role::kernel) found = image;
  }
  return found;
}

base::Status Registry::free(Image& image) {
  if (image.in_use) return Error(ErrorCode::refused, "{} is running and cannot be freed", image.name);
  for (Image** link = &first_; *link != nullptr; link = &(*link)->next) {
    if (*link != &image) continue;
    *link = image.next;
    DEBUG_LINE(image, log, "{} is freed, {} bytes", image.name, image.size);
    for (std::string_view text : {image.name, image.uri, image.arguments}) {
      arena_.release(const_cast<char*>(text.data()));
    }
    arena_.release(&image);
    return base::Done{};
  }
  return Error(ErrorCode::not_found, "That image was freed already");
}

}  // namespace image
