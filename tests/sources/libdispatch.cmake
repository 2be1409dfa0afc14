# An installed libdispatch is used if the compiler takes its headers; otherwise serial queues are a worker thread, and that is said.
set(work ${BINARY}/libdispatch)
file(REMOVE_RECURSE ${work})
set(declarations "
extern \"C\" {
struct dispatch_queue_s;
using dispatch_queue_t = dispatch_queue_s*;
#define DISPATCH_QUEUE_SERIAL nullptr
dispatch_queue_t dispatch_queue_create(const char*, void*);
void dispatch_async_f(dispatch_queue_t, void*, void (*)(void*));
void dispatch_release(dispatch_queue_t);
}
")
file(WRITE ${work}/library.cpp "#include \"good/dispatch/dispatch.h\"
dispatch_queue_t dispatch_queue_create(const char*, void*) { return nullptr; }
void dispatch_async_f(dispatch_queue_t, void*, void (*)(void*)) {}
void dispatch_release(dispatch_queue_t) {}
")
file(WRITE ${work}/good/dispatch/dispatch.h "${declarations}")
file(WRITE ${work}/bad/dispatch/dispatch.h "#error this compiler lacks __has_feature\n${declarations}")
execute_process(COMMAND ${CXX} -shared -fPIC ${work}/library.cpp -o ${work}/libdispatch.so COMMAND_ERROR_IS_FATAL ANY)

function(configured headers pattern)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${ROOT} -B ${work}/build_${headers} -D CMAKE_CXX_COMPILER=${CXX} -D ANECHAIN_BUILD_TESTS=OFF -D ANECHAIN_BUILD_EXAMPLES=OFF -D ANECHAIN_INSTALL=OFF
                          -D DISPATCH_INCLUDE_DIR=${work}/${headers} -D DISPATCH_LIBRARY=${work}/libdispatch.so
                  RESULT_VARIABLE result OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
  if(NOT result EQUAL 0 OR NOT printed MATCHES "${pattern}")
    message(SEND_ERROR "${headers}: expected ${pattern}\n${printed}")
  endif()
endfunction()
configured(good "serial queues: libdispatch, ")
configured(bad "serial queues: a worker thread. libdispatch is installed, and [A-Za-z]+ cannot compile its headers")
