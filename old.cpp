#include <anechain/ane.hpp>
