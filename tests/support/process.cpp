#include "support/process.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/core.h>

extern char** environ;

namespace caas::kafka::test {
namespace {

using std::chrono::steady_clock;

[[noreturn]] void die(std::string_view what, int error) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(error)));
}

// Memory and not a pipe: it takes any amount without a reader.
int memoryFile(const char* name) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) {
    die("memfd_create", errno);
  }
  return fd;
}

int inputFile(std::string_view text) {
  const int fd = memoryFile("stdin");
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      die("writing the child's stdin", errno);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string readFile(int fd) {
  std::string text;
  char buffer[16384];
  // pread: the file's position belongs to the child.
  while (true) {
    const ssize_t got = ::pread(fd, buffer, sizeof buffer, static_cast<off_t>(text.size()));
    if (got <= 0) {
      return text;
    }
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

std::vector<std::string> merged(const Environment& changes) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!changes.contains(std::string(text.substr(0, text.find('='))))) {
      result.emplace_back(text);
    }
  }
  for (const auto& [name, value] : changes) {
    if (value) {
      result.push_back(name + "=" + *value);
    }
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

}  // namespace

Process::Process(pid_t pid, int pidFd, int outFd, int errFd)
    : pid_(pid), pidFd_(pidFd), outFd_(outFd), errFd_(errFd) {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidFd_(std::exchange(other.pidFd_, -1)),
      outFd_(std::exchange(other.outFd_, -1)),
      errFd_(std::exchange(other.errFd_, -1)),
      exitCode_(std::exchange(other.exitCode_, std::nullopt)) {}

Process Process::start(const std::vector<std::string>& argv, const Environment& environment,
                       std::string_view stdinText, const std::filesystem::path& folder) {
  const int in = inputFile(stdinText);
  const int out = memoryFile("stdout");
  const int err = memoryFile("stderr");

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  if (!folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);

  auto words = argv;
  auto variables = merged(environment);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, words.at(0).c_str(), &actions, &attributes,
                                   pointers(words).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(in);
  if (error != 0) {
    ::close(out);
    ::close(err);
    die("starting " + argv.at(0), error);
  }
  const int pidFd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidFd < 0) {
    die("pidfd_open", errno);
  }
  return Process(pid, pidFd, out, err);
}

Process::~Process() {
  if (pid_ < 0) {
    return;
  }
  if (!exitCode_) {
    ::kill(-pid_, SIGKILL);
    wait(Milliseconds{10'000});
  }
  ::close(pidFd_);
  ::close(outFd_);
  ::close(errFd_);
}

void Process::kill(int signalNumber) const {
  if (!exitCode_) {
    ::kill(pid_, signalNumber);
  }
}

std::optional<int> Process::wait(Milliseconds deadline) {
  if (exitCode_) {
    return exitCode_;
  }
  const auto until = steady_clock::now() + deadline;
  while (true) {
    const auto left = std::chrono::ceil<Milliseconds>(until - steady_clock::now());
    pollfd ready{.fd = pidFd_, .events = POLLIN, .revents = 0};
    const int count =
        ::poll(&ready, 1, static_cast<int>(std::max<Milliseconds::rep>(0, left.count())));
    if (count > 0) {
      break;
    }
    if (count == 0) {
      return std::nullopt;
    }
  }
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) {
    die("waitpid", errno);
  }
  exitCode_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exitCode_;
}

std::string Process::out() const { return readFile(outFd_); }
std::string Process::err() const { return readFile(errFd_); }

bool Process::waitForOutput(std::string_view text, Milliseconds deadline) {
  const auto until = steady_clock::now() + deadline;
  while (true) {
    const bool ended = !running();
    if (out().find(text) != std::string::npos || err().find(text) != std::string::npos) {
      return true;
    }
    if (ended || steady_clock::now() >= until) {
      return false;
    }
    std::this_thread::sleep_for(Milliseconds{20});
  }
}

ProcessResult runProcess(const std::vector<std::string>& argv, const Environment& environment,
                         std::string_view stdinText, Milliseconds timeout,
                         const std::filesystem::path& folder) {
  auto process = Process::start(argv, environment, stdinText, folder);
  ProcessResult result;
  auto exitCode = process.wait(timeout);
  if (!exitCode) {
    result.timedOut = true;
    ::kill(-process.pid(), SIGKILL);
    exitCode = process.wait(Milliseconds{10'000});
  }
  result.exitCode = exitCode.value_or(-1);
  result.out = process.out();
  result.err = process.err();
  return result;
}

}  // namespace caas::kafka::test
