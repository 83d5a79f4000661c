# Finds librdkafka as Librdkafka::Librdkafka: the system's (pkg-config) when it is young enough,
# else the one that script/deps built into .cache/. Sanitized builds take the one instrumented alike.
set(_variant "")
if(CAAS_SANITIZE STREQUAL "address")
  set(_variant "-asan")
elseif(CAAS_SANITIZE STREQUAL "thread")
  set(_variant "-tsan")
endif()

find_package(PkgConfig QUIET)
if(NOT _variant AND PKG_CONFIG_FOUND)
  pkg_check_modules(SYSTEM_RDKAFKA QUIET IMPORTED_TARGET "rdkafka>=${Librdkafka_FIND_VERSION}")
endif()

if(SYSTEM_RDKAFKA_FOUND)
  set(Librdkafka_VERSION ${SYSTEM_RDKAFKA_VERSION})
  set(Librdkafka_BUNDLED FALSE)
  set(_target PkgConfig::SYSTEM_RDKAFKA)
else()
  set(_prefix ${CMAKE_CURRENT_SOURCE_DIR}/.cache/librdkafka${_variant})
  find_path(Librdkafka_INCLUDE_DIR librdkafka/rdkafka.h PATHS ${_prefix}/include NO_DEFAULT_PATH)
  find_library(Librdkafka_LIBRARY librdkafka.a PATHS ${_prefix}/lib NO_DEFAULT_PATH)
  if(Librdkafka_INCLUDE_DIR)
    file(STRINGS ${Librdkafka_INCLUDE_DIR}/librdkafka/rdkafka.h _line REGEX "#define RD_KAFKA_VERSION +0x")
    string(REGEX REPLACE ".*0x(..)(..)(..)(..).*" "\\1;\\2;\\3" _parts "${_line}")
    list(TRANSFORM _parts PREPEND "0x")
    set(_numbers "")
    foreach(_part IN LISTS _parts)
      math(EXPR _number "${_part}")
      list(APPEND _numbers ${_number})
    endforeach()
    list(JOIN _numbers "." Librdkafka_VERSION)
  endif()
  set(Librdkafka_BUNDLED TRUE)
endif()

include(FindPackageHandleStandardArgs)
if(SYSTEM_RDKAFKA_FOUND)
  find_package_handle_standard_args(Librdkafka REQUIRED_VARS _target VERSION_VAR Librdkafka_VERSION)
else()
  find_package_handle_standard_args(Librdkafka
    REQUIRED_VARS Librdkafka_LIBRARY Librdkafka_INCLUDE_DIR
    VERSION_VAR Librdkafka_VERSION
    REASON_FAILURE_MESSAGE "Run script/deps librdkafka${_variant} first: that builds it into .cache/.")
endif()

if(Librdkafka_FOUND AND NOT TARGET Librdkafka::Librdkafka)
  if(SYSTEM_RDKAFKA_FOUND)
    add_library(Librdkafka::Librdkafka ALIAS PkgConfig::SYSTEM_RDKAFKA)
  else()
    find_package(OpenSSL REQUIRED)
    find_package(ZLIB REQUIRED)
    add_library(Librdkafka::Librdkafka STATIC IMPORTED)
    set_target_properties(Librdkafka::Librdkafka PROPERTIES
      IMPORTED_LOCATION ${Librdkafka_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${Librdkafka_INCLUDE_DIR}
      INTERFACE_LINK_LIBRARIES "OpenSSL::SSL;OpenSSL::Crypto;ZLIB::ZLIB;zstd;lz4;m;dl;rt;pthread")
  endif()
endif()
