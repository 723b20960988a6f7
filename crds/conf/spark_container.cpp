#include "crds/conf/spark_container.hpp"

#include "crds/json_text.hpp"

namespace spark {

std::size_t spark_container(const boost::json::array& containers,
                            std::string_view name) {
  std::size_t found = 0;
  int times = 0;
  for (std::size_t i = 0; i < containers.size(); ++i)
    if (text_member(containers[i], "name") == name) {
      found = i;
      ++times;
    }
  return times == 1 ? found : 0;
}

} // namespace spark
