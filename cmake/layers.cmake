# Makes one static library kenko_MODULE for each line of layers.txt whose folder exists, linked only to what the line allows.
# A module's sources are all *.cpp of its folder; main.cpp of `cli` becomes the program `kenko`.
file(STRINGS ${CMAKE_SOURCE_DIR}/layers.txt KENKO_LAYER_LINES REGEX "^[a-z]")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/layers.txt)
set(KENKO_MODULES)
foreach(line IN LISTS KENKO_LAYER_LINES)
  string(REGEX MATCH "^([a-z]+):([^|]*)[|]?(.*)$" _ "${line}")
  set(module ${CMAKE_MATCH_1})
  set(inner "${CMAKE_MATCH_2}")
  set(outer "${CMAKE_MATCH_3}")
  string(REGEX REPLACE "[ \t]+" ";" inner "${inner}")
  string(REGEX REPLACE "[ \t]+" ";" outer "${outer}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${module}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(kenko_${module} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(kenko_${module} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(kenko_${module} ${scope} ${CMAKE_SOURCE_DIR}/src)
  foreach(dep IN LISTS inner)
    if(dep)
      target_link_libraries(kenko_${module} ${scope} kenko_${dep})
    endif()
  endforeach()
  foreach(dep IN LISTS outer)
    if(dep)
      target_link_libraries(kenko_${module} ${scope} kenko_lib_${dep})
    endif()
  endforeach()
  list(APPEND KENKO_MODULES ${module})
endforeach()
target_link_libraries(kenko_base PUBLIC Threads::Threads)
set_source_files_properties(src/base/time_zone_data.cpp PROPERTIES
  COMPILE_DEFINITIONS "KENKO_TZDATA_FILE=\"${CMAKE_SOURCE_DIR}/third_party/tzdata/zones.bin\""
  OBJECT_DEPENDS ${CMAKE_SOURCE_DIR}/third_party/tzdata/zones.bin)
file(GLOB KENKO_TEXT_RULES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/share/lexicons/*.txt)
set_source_files_properties(src/text/shipped.cpp PROPERTIES
  COMPILE_DEFINITIONS "KENKO_SHARE_DIR=\"${CMAKE_SOURCE_DIR}/share\""
  OBJECT_DEPENDS "${KENKO_TEXT_RULES};${CMAKE_SOURCE_DIR}/share/topics.yaml")
file(GLOB KENKO_PAGE_PARTS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/share/report/* ${CMAKE_SOURCE_DIR}/share/texts/*.txt)
set_source_files_properties(src/html/shipped.cpp PROPERTIES
  COMPILE_DEFINITIONS "KENKO_SHARE_DIR=\"${CMAKE_SOURCE_DIR}/share\""
  OBJECT_DEPENDS "${KENKO_PAGE_PARTS}")
file(GLOB KENKO_CALENDARS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/share/calendars/*.yaml
  ${CMAKE_SOURCE_DIR}/share/templates-acting/*.yaml)
set_source_files_properties(src/app/shipped_calendars.cpp PROPERTIES
  COMPILE_DEFINITIONS "KENKO_SHARE_DIR=\"${CMAKE_SOURCE_DIR}/share\""
  OBJECT_DEPENDS "${KENKO_CALENDARS}")
if(EXISTS ${CMAKE_SOURCE_DIR}/src/cli/main.cpp)
  add_executable(kenko src/cli/main.cpp)
  target_link_libraries(kenko PRIVATE kenko_cli)
endif()
if(EXISTS ${CMAKE_SOURCE_DIR}/src/app/version.cpp)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/app/version.cpp PROPERTIES COMPILE_DEFINITIONS "KENKO_VERSION=\"${PROJECT_VERSION}\"")
endif()
