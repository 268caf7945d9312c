#include <string>
#include <vector>

#include "cli/program.h"

int main(int argc, char** argv) { return kenko::cli::run_arguments(std::vector<std::string>(argv + 1, argv + argc)); }
