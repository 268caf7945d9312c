# `cmake --install` lays out a folder that runs from anywhere: bin/kenko finds its libraries in ../lib and its data in
# ../share/kenko.  scripts/dist adds the system libraries that a bare machine lacks.
include(GNUInstallDirs)
if(TARGET kenko)
  # An old-style rpath also serves the libraries of our libraries, which a new-style one does not.
  if(NOT APPLE)
    target_link_options(kenko PRIVATE -Wl,--disable-new-dtags)
  endif()
  set_target_properties(kenko PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
  install(TARGETS kenko RUNTIME DESTINATION bin)
endif()
install(FILES ${DUCKDB_LIBRARY} DESTINATION lib)
if(EXISTS ${CMAKE_SOURCE_DIR}/share)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/share/ DESTINATION share/kenko)
  # The build folder has the same shape, so the program finds its data there too.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share)
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/share ${CMAKE_BINARY_DIR}/share/kenko SYMBOLIC)
endif()
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/doc/kenko)
