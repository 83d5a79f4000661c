#include <csignal>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.hpp"
#include "cli/fd_stream.hpp"
#include "cli/signals.hpp"

namespace {

int terminalWidth() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ||
                     ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace caas::kafka;
  // A reader that goes away is told by write(2), not by a signal.
  std::signal(SIGPIPE, SIG_IGN);
  cli::FdOutput output{STDOUT_FILENO};
  std::ostream out{&output};
  cli::CliContext context{.in = std::cin, .out = out, .err = std::cerr};
  context.environment = processEnvironment();
  context.inIsTerminal = ::isatty(STDIN_FILENO) == 1;
  context.outIsTerminal = ::isatty(STDOUT_FILENO) == 1;
  context.errIsTerminal = ::isatty(STDERR_FILENO) == 1;
  context.width = terminalWidth();
  context.inFd = STDIN_FILENO;
  context.outError = [&output] { return output.error(); };
  context.watchSignals = [] { return std::make_unique<cli::SignalWatch>(); };
  return cli::runCli(argc, argv, context);
}
