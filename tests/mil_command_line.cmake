# What a user of mil meets: what it prints, exit codes, one clear line for each mistake.
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)
set(TOLD_ON_STDOUT TRUE) # what "check" finds

set(D ${DIRECTORY}/mil_command_line)
file(REMOVE_RECURSE ${D})
file(MAKE_DIRECTORY ${D}/model.mlmodelc/weights)

# Two programs: one of its own, one with a weight of four halves: 1, 2, 3, 4.
file(WRITE ${D}/plain.mil "program(1.3)\n{\n    func main<ios18>(tensor<fp32, [2, 2]> b, tensor<fp32, [2, 2]> a) {
        tensor<fp32, [2, 2]> y = sub(x = a, y = b)[name = string(\"sub\")];\n    } -> (y);\n}\n")
file(WRITE ${D}/model.mlmodelc/model.mil "program(1.0)\n{\n    func main<ios16>(tensor<fp16, [4]> x) {
        tensor<fp16, [4]> w = const()[val = tensor<fp16, [4]>(BLOBFILE(path = tensor<string, []>(\"@model_path/weights/weight.bin\"), offset = tensor<uint64, []>(64)))];
        tensor<fp16, [4]> y = add(x = x, y = w);\n    } -> (y);\n}\n")
execute_process(COMMAND printf "\\001\\000\\000\\000\\002\\000\\000\\000" OUTPUT_FILE ${D}/head)
execute_process(COMMAND head -c 56 /dev/zero OUTPUT_FILE ${D}/zeros)
execute_process(COMMAND printf "\\357\\276\\255\\336\\001\\000\\000\\000\\010\\000\\000\\000\\000\\000\\000\\000\\200\\000\\000\\000\\000\\000\\000\\000" OUTPUT_FILE ${D}/record)
execute_process(COMMAND head -c 40 /dev/zero OUTPUT_FILE ${D}/more)
execute_process(COMMAND printf "\\000\\074\\000\\100\\000\\102\\000\\104" OUTPUT_FILE ${D}/numbers)
execute_process(COMMAND cat ${D}/head ${D}/zeros ${D}/record ${D}/more ${D}/numbers OUTPUT_FILE ${D}/model.mlmodelc/weights/weight.bin)

expect(0 "check.*print.*info.*run.*blob" --help)
expect(0 "[0-9]+\\.[0-9]+\\.[0-9]+" --version)
expect(2 "subcommand is required")
expect(2 "FILE" check)
expect(2 "--dialect" print --dialect ios99 ${D}/plain.mil)

expect(0 "^$" check ${D}/plain.mil ${D}/model.mlmodelc)
configure_file(${D}/model.mlmodelc/model.mil ${D}/alone.mil COPYONLY)
expect(0 "weight.bin is not there; references to it were not checked" check ${D}/alone.mil)
file(WRITE ${D}/wrong.mil "program(1.3) { func main(fp16 x) { fp16 y = rellu(x = x); } -> (y); }")
expect(1 "wrong.mil:1:45: no operation is called 'rellu'; did you mean 'relu'\\?" check ${D}/wrong.mil)
expect(1 "cannot read /nowhere.mil: No such file or directory" check /nowhere.mil)
file(WRITE ${D}/empty.mil "")
expect(1 "empty.mil:1:1: expected 'program', found the end of the text" check ${D}/empty.mil)

expect(0 "program\\(1.0\\).*tensor<string, \\[\\]>" print --dialect ios16 ${D}/plain.mil)
expect(0 "program\\(1.3\\).*name = string" print ${D}/plain.mil)
expect(0 "input   b: tensor<fp32, \\[2, 2\\]>.*output  y.*1xsub.*FLOP    4.*H10" info ${D}/plain.mil)
expect(0 "weights 1 tensors, 8 bytes.*memory  16 bytes of constants on the host; a request: [0-9 ]+ to work in, 128 of inputs and outputs" info ${D}/model.mlmodelc)
expect(0 "memory  not known, the host cannot compile it: MIL text, [0-9:]+: .*weight.bin" info ${D}/alone.mil)

expect(0 "offset 64  fp16  4 elements, 8 bytes" blob list ${D}/model.mlmodelc/weights/weight.bin)
expect(0 "1 tensors" blob check ${D}/model.mlmodelc/weights/weight.bin)
expect(1 "byte 0, header: the file has 8 bytes" blob check ${D}/numbers)
expect(1 "byte 0, header: the file has 8 bytes" blob list ${D}/numbers)

# 1 2 3 4 and the weight's 1 2 3 4: 2 4 6 8, raw and as .npy.
expect(0 "y.bin: tensor<fp16, \\[4\\]>" run ${D}/model.mlmodelc --input x=${D}/numbers --output-dir ${D}/out --raw)
file(READ ${D}/out/y.bin sum HEX)
if(NOT sum STREQUAL "0040004400460048")
  message(SEND_ERROR "1 2 3 4 and 1 2 3 4 gave ${sum}")
endif()
expect(0 "y.npy" run ${D}/model.mlmodelc --input x=${D}/numbers --output-dir ${D}/out)
expect(0 "y.bin" run ${D}/model.mlmodelc --input x=${D}/out/y.npy --output-dir ${D}/out --raw)
file(READ ${D}/out/y.bin sum HEX)
if(NOT sum STREQUAL "004200468048004a")
  message(SEND_ERROR "2 4 6 8 and 1 2 3 4 gave ${sum}")
endif()

expect(2 "the input 'x', a tensor<fp16, \\[4\\]>, is missing: --input x=FILE" run ${D}/model.mlmodelc --output-dir ${D}/out)
expect(2 "the program has no input 'z'" run ${D}/model.mlmodelc --input x=${D}/numbers --input z=${D}/numbers --output-dir ${D}/out)
expect(2 "expected NAME=FILE" run ${D}/model.mlmodelc --input ${D}/numbers --output-dir ${D}/out)
expect(2 "is given twice" run ${D}/model.mlmodelc --input x=${D}/numbers --input x=${D}/numbers --output-dir ${D}/out)
expect(2 "--output-dir" run ${D}/model.mlmodelc --input x=${D}/numbers)
expect(1 "head has 8 bytes; the input 'a', a tensor<fp32, \\[2, 2\\]>, has 16" run ${D}/plain.mil --input a=${D}/head --input b=${D}/head --output-dir ${D}/out)
expect(1 "y.npy: it holds a tensor<fp16, \\[4\\]>; the input 'a' is a tensor<fp32" run ${D}/plain.mil --input a=${D}/out/y.npy --input b=${D}/head --output-dir ${D}/out)
expect(1 "it has no function 'other'|no function 'other'; it has main" run ${D}/plain.mil --function other --input a=${D}/head --input b=${D}/head --output-dir ${D}/out)
expect(1 "but there are none" run ${D}/alone.mil --input x=${D}/numbers --output-dir ${D}/out)
expect(1 "cannot create directories|Not a directory" run ${D}/model.mlmodelc --input x=${D}/numbers --output-dir /dev/null/out)
