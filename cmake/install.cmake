# cmake --install: the library, its headers and a package for find_package(caas-kafka). The library
# is static, so that the package finds its dependencies again; a librdkafka that we built ourselves
# goes along under lib/caas-kafka/.
include(CMakePackageConfigHelpers)

set(CAAS_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/caas-kafka)

install(TARGETS caas-kafka caas-kafka-protobuf EXPORT caas-kafka-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET caas-kafka-bin)
  install(TARGETS caas-kafka-bin RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY include/caas DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/generated/caas/kafka/version.hpp
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/caas/kafka)
if(Librdkafka_BUNDLED)
  install(FILES ${Librdkafka_LIBRARY} DESTINATION ${CMAKE_INSTALL_LIBDIR}/caas-kafka)
endif()
install(EXPORT caas-kafka-targets NAMESPACE caas:: FILE caas-kafka-targets.cmake
  DESTINATION ${CAAS_PACKAGE_DIR})
configure_package_config_file(cmake/caas-kafka-config.cmake.in
  
  ${CMAKE_CURRENT_BINARY_DIR}/caas-kafka-config.cmake INSTALL_DESTINATION ${CAAS_PACKAGE_DIR}
  PATH_VARS CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/caas-kafka-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/caas-kafka-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/caas-kafka-config-version.cmake
  DESTINATION ${CAAS_PACKAGE_DIR})
