# Installs the build into a folder of its own and builds and runs two small projects against it: one
# that knows the library alone, and one that has Protobuf classes.
set(prefix ${BUILD_DIR}/install-check/prefix)
file(REMOVE_RECURSE ${BUILD_DIR}/install-check)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGV} failed with ${code}:\n${out}")
  endif()
  message("${out}")
endfunction()

set(flags "")
if(SANITIZE STREQUAL "address")
  set(flags "-fsanitize=address,undefined")
elseif(SANITIZE)
  set(flags "-fsanitize=${SANITIZE}")
endif()
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})
foreach(project consumer protobuf_consumer)
  set(work ${BUILD_DIR}/install-check/${project})
  run(${CMAKE_COMMAND} -S ${SOURCE_DIR}/tests/install/${project} -B ${work}
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${CXX_COMPILER} "-DCMAKE_CXX_FLAGS=${flags}")
  run(${CMAKE_COMMAND} --build ${work})
  run(${work}/${project})
endforeach()
run(${prefix}/bin/caas-kafka --version)
