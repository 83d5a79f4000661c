#include "http/server/file_limit.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace caas::kafka::http {

std::size_t connectionsThatFit(std::size_t wanted, std::size_t others) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return wanted;
  }
  const rlim_t needed = wanted + others;
  if (files.rlim_cur != RLIM_INFINITY && files.rlim_cur < needed) {
    rlimit raised = files;
    raised.rlim_cur =
        files.rlim_max == RLIM_INFINITY ? needed : std::min<rlim_t>(needed, files.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
      files = raised;
    }
  }
  if (files.rlim_cur == RLIM_INFINITY || files.rlim_cur >= needed) {
    return wanted;
  }
  return files.rlim_cur > others * 2 ? files.rlim_cur - others : files.rlim_cur / 2;
}

}  // namespace caas::kafka::http
