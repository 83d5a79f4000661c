#include "wire/compression.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <lz4frame.h>
#include <optional>
#include <zlib.h>
#include <zstd.h>

#include "wire/compression_errors.hpp"
#include "wire/snappy_frames.hpp"

namespace caas::kafka::wire {
namespace {

constexpr std::array kCodecs{Compression::kNone, Compression::kGzip, Compression::kSnappy,
                             Compression::kLz4, Compression::kZstd};

// Java's defaults.
constexpr int kGzipLevel = Z_DEFAULT_COMPRESSION;
constexpr int kZstdLevel = 3;
constexpr int kGzipWindow = 15 + 16;  // the largest window, and gzip's head and tail around it

/// What a streaming decoder is handed at a time.
constexpr std::size_t kStepBytes = 64 * 1024;

/// Calls `step(to, room)` with room at the end of a buffer that grows up to the limit. The step
/// says how much it wrote, nullopt for bad data; it is over when it says so.
struct Step {
  std::size_t written = 0;
  bool over = false;
};
Result<Buffer> grow(std::string_view codec, std::size_t limitBytes,
                    const std::function<std::optional<Step>(std::uint8_t*, std::size_t)>& step) {
  Buffer output;
  while (true) {
    const std::size_t at = output.size();
    // One byte beyond the limit shows that there is more.
    const std::size_t room = std::min(std::max(kStepBytes, at), limitBytes + 1 - at);
    output.resize(at + room);
    const auto done = step(output.data() + at, room);
    if (!done) {
      return fail(notCompressed(codec));
    }
    output.resize(at + done->written);
    if (output.size() > limitBytes) {
      return fail(growsTooLarge(codec, limitBytes));
    }
    if (done->over) {
      return output;
    }
    if (done->written == 0) {
      return fail(notCompressed(codec));  // cut off
    }
  }
}

Result<Buffer> gunzip(Bytes input, std::size_t limitBytes) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) {
    return fail(errors::internal("zlib has no memory"));
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  stream.next_in = const_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  return grow("gzip", limitBytes, [&](std::uint8_t* to, std::size_t room) -> std::optional<Step> {
    stream.next_out = to;
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return std::nullopt;
    }
    return Step{room - stream.avail_out, result == Z_STREAM_END};
  });
}

Result<Buffer> lz4Decompress(Bytes input, std::size_t limitBytes) {
  LZ4F_dctx* raw = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)) != 0U) {
    return fail(errors::internal("lz4 has no memory"));
  }
  const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> context(
      raw, LZ4F_freeDecompressionContext);
  return grow("lz4", limitBytes, [&](std::uint8_t* to, std::size_t room) -> std::optional<Step> {
    std::size_t written = room;
    std::size_t read = input.size();
    const std::size_t hint =
        LZ4F_decompress(context.get(), to, &written, input.data(), &read, nullptr);
    if (LZ4F_isError(hint) != 0U) {
      return std::nullopt;
    }
    input = input.subspan(read);
    return Step{written, hint == 0};
  });
}

Result<Buffer> zstdDecompress(Bytes input, std::size_t limitBytes) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  if (!context) {
    return fail(errors::internal("zstd has no memory"));
  }
  ZSTD_inBuffer in{input.data(), input.size(), 0};
  return grow("zstd", limitBytes, [&](std::uint8_t* to, std::size_t room) -> std::optional<Step> {
    ZSTD_outBuffer out{to, room, 0};
    const std::size_t hint = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(hint) != 0U) {
      return std::nullopt;
    }
    return Step{out.pos, hint == 0};
  });
}

}  // namespace

int codecNumber(Compression codec) {
  return static_cast<int>(std::ranges::find(kCodecs, codec) - kCodecs.begin());
}

Result<Compression> codecOf(int number) {
  if (number < 0 || static_cast<std::size_t>(number) >= kCodecs.size()) {
    return fail(Error{.code = ErrorCode::kUnsupported,
                      .message = fmt::format("a batch is compressed by codec {}", number),
                      .hint = "Known are 0 to 4: none, gzip, snappy, lz4, zstd"});
  }
  return kCodecs.at(static_cast<std::size_t>(number));
}

struct Compressor::Contexts {
  std::unique_ptr<LZ4F_cctx, decltype(&LZ4F_freeCompressionContext)> lz4{
      nullptr, LZ4F_freeCompressionContext};
  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> zstd{nullptr, ZSTD_freeCCtx};
  struct Deflate {
    z_stream stream{};
    Deflate() = default;
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;
    ~Deflate() { deflateEnd(&stream); }
  };
  std::unique_ptr<Deflate> gzip;

  bool useLz4() {
    LZ4F_cctx* made = nullptr;
    if (!lz4 && LZ4F_isError(LZ4F_createCompressionContext(&made, LZ4F_VERSION)) == 0U) {
      lz4.reset(made);
    }
    return lz4 != nullptr;
  }
  bool useZstd() {
    if (!zstd) {
      zstd.reset(ZSTD_createCCtx());
    }
    return zstd != nullptr;
  }
  bool useGzip() {
    if (gzip) {
      return deflateReset(&gzip->stream) == Z_OK;
    }
    auto made = std::make_unique<Deflate>();
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&made->stream, kGzipLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      return false;
    }
    gzip = std::move(made);
    return true;
  }

  // Each writes to the end of `output`; false when the codec failed.
  bool lz4Compress(Bytes input, Buffer& output) {
    if (!useLz4()) {
      return false;
    }
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.blockSizeID = LZ4F_max64KB;
    preferences.frameInfo.blockMode = LZ4F_blockIndependent;  // Java reads no other
    preferences.autoFlush = 1;
    const std::size_t at = output.size();
    output.resize(at + LZ4F_compressFrameBound(input.size(), &preferences));
    std::size_t used = at;
    const auto wrote = [&](std::size_t written) {
      used += LZ4F_isError(written) != 0U ? 0 : written;
      return LZ4F_isError(written) == 0U;
    };
    std::uint8_t* to = output.data();
    const bool good =
        wrote(LZ4F_compressBegin(lz4.get(), to + used, output.size() - used, &preferences)) &&
        wrote(LZ4F_compressUpdate(lz4.get(), to + used, output.size() - used, input.data(),
                                  input.size(), nullptr)) &&
        wrote(LZ4F_compressEnd(lz4.get(), to + used, output.size() - used, nullptr));
    output.resize(good ? used : at);
    return good;
  }
  bool zstdCompress(Bytes input, Buffer& output) {
    if (!useZstd()) {
      return false;
    }
    const std::size_t at = output.size();
    output.resize(at + ZSTD_compressBound(input.size()));
    const std::size_t written = ZSTD_compressCCtx(
        zstd.get(), output.data() + at, output.size() - at, input.data(), input.size(), kZstdLevel);
    const bool good = ZSTD_isError(written) == 0U;
    output.resize(at + (good ? written : 0));
    return good;
  }
  bool gzipCompress(Bytes input, Buffer& output) {
    if (!useGzip()) {
      return false;
    }
    const std::size_t at = output.size();
    z_stream& stream = gzip->stream;
    output.resize(at + deflateBound(&stream, static_cast<uLong>(input.size())));
    stream.next_in = const_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = output.data() + at;
    stream.avail_out = static_cast<uInt>(output.size() - at);
    const bool good = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    output.resize(good ? output.size() - stream.avail_out : at);
    return good;
  }
};

Compressor::Compressor() : contexts_(std::make_unique<Contexts>()) {}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

bool Compressor::compress(Compression codec, Bytes input, Buffer& output) {
  const std::size_t at = output.size();
  bool good = false;
  switch (codec) {
    case Compression::kNone: return false;
    case Compression::kGzip: good = contexts_->gzipCompress(input, output); break;
    case Compression::kLz4: good = contexts_->lz4Compress(input, output); break;
    case Compression::kZstd: good = contexts_->zstdCompress(input, output); break;
    case Compression::kSnappy:
      snappyCompress(input, output);
      good = true;
      break;
  }
  if (good && output.size() - at < input.size()) {
    return true;
  }
  output.resize(at);
  return false;
}

Result<Buffer> decompress(Compression codec, Bytes input, std::size_t limitBytes) {
  switch (codec) {
    case Compression::kGzip: return gunzip(input, limitBytes);
    case Compression::kLz4: return lz4Decompress(input, limitBytes);
    case Compression::kZstd: return zstdDecompress(input, limitBytes);
    case Compression::kSnappy: return snappyDecompress(input, limitBytes);
    case Compression::kNone: break;
  }
  if (input.size() > limitBytes) {
    return fail(growsTooLarge("none", limitBytes));
  }
  return Buffer(input.begin(), input.end());
}

}  // namespace caas::kafka::wire
