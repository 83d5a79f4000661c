// The library as one of the peers that tests/cross holds against each other: a request a line on
// stdin, JSON; its answer a line on stdout (requests.hpp). Ends with its stdin.
#include <cstdio>
#include <iostream>
#include <string>

#include <boost/json.hpp>

#include "requests.hpp"

int main() {
  std::ios::sync_with_stdio(false);
  caas::kafka::cross::Requests requests;
  std::string line;
  while (std::getline(std::cin, line)) {
    boost::json::object answer;
    try {
      answer = requests.answer(boost::json::parse(line).as_object());
    } catch (const std::exception& problem) {
      // What a driver asks for wrongly ends its run.
      std::cerr << "caas_cross_peer: " << problem.what() << ": " << line.substr(0, 500) << '\n';
      return 2;
    }
    std::cout << boost::json::serialize(answer) << std::endl;
  }
  return 0;
}
