#include "tools/replay/replay.hpp"

#include <iostream>

int main(int argc, char** argv) {
  return spark::replay::replay_main(argc, argv, std::cout, std::cerr);
}
