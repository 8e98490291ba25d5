// Constants of the kernels. Made by tools/coefficients/generate.py; do not edit, a test compares.
// No include guard and no namespace of its own: fixed.h includes it once, inside the level's anonymous namespace.
struct Word {
  std::uint64_t hi, lo;
};

struct Float32Coefficients {
  // 8*log2(e), the number of steps of 1/8 octave in one unit of x; the constants of T = 1 are its parts.
  double steps_hi = 0x1.71547652b82fep+3;
  double steps_lo = 0x1.777d0ffda0d24p-53;
  // g*2^(j/8) less j << 20 (which the shifted step index adds back); one common factor g brings all eight
  // within 2^-28.438 of a float, so that the entries need no low parts.
  std::uint32_t table[8] = {0x3f7f5829u, 0x3f7b3a3eu, 0x3f77d424u, 0x3f759202u, 0x3f748e45u, 0x3f74e5beu, 0x3f76b7dau, 0x3f7a26deu};
  // 2^(f/8) - 1 ~ f*(c1 + f*(c2 + f*(c3 + f*c4))), |f| <= 1/2; error of the real polynomial 2^-30.49.
  float c1 = 0x1.62e4300000000p-4f, c2 = 0x1.ebfbe00000000p-9f, c3 = 0x1.c6b4c40000000p-14f, c4 = 0x1.3b2e3c0000000p-19f;
};

struct Float64Coefficients {
  // 8*log2(e) as a pair.
  double steps_hi = 0x1.71547652b82fep+3;
  double steps_lo = 0x1.777d0ffda0d24p-53;
  // g*2^(j/8) less j << 49; one common factor g brings all eight within 2^-57.944 of a double.
  alignas(64) std::uint64_t table[8] = {0x3fefb415a621cf59u, 0x3fef495394cc1aa2u, 0x3feed9da4e389808u, 0x3fee8ea1371c90edu,
                            0x3fee6af03d2cded7u, 0x3fee725b533ee680u, 0x3feea8c952aa82c6u, 0x3fef127b7c1721ddu};
  // 2^(f/8) - 1 ~ f*(c1 + f*(c2 + ... f*c8)), |f| <= 1/2; error of the real polynomial 2^-58.96.
  double c1 = 0x1.62e42fefa39efp-4, c2 = 0x1.ebfbdff82c58fp-9, c3 = 0x1.c6b08d704e8dap-14, c4 = 0x1.3b2ab6fba265dp-19, c5 = 0x1.5d87fca2aa951p-25, c6 = 0x1.430915030774ap-31, c7 = 0x1.0043712bee2efp-37, c8 = 0x1.61f64ba36a3b9p-44;
};

struct LogarithmCoefficients {
  // log(1 + j/8) and ln 2 as a multiple of 2^-42 and what is left: sums of the first parts are exact.
  alignas(64) std::uint64_t hi[8] = {0x0000000000000000u, 0x3fbe27076e2b0000u, 0x3fcc8ff7c79aa000u, 0x3fd4618bc21c6000u,
                             0x3fd9f323ecbfa000u, 0x3fdf128f5faf0000u, 0x3fe1e85f5e704000u, 0x3fe41d8fe8467000u};
  alignas(64) std::uint64_t lo[8] = {0x0000000000000000u, 0xbd2a342c2af0003cu, 0xbd27794f689f8434u, 0xbd13d82f484c84ccu,
                             0xbd3ed03525ca2643u, 0x3d3bb2cd720ec44cu, 0x3d1a07bd8b34be7cu, 0x3d35732325e617a3u};
  double ln2_hi = 0x1.62e42fefa3800p-1, ln2_lo = 0x1.ef35793c76730p-45;
};

struct FixedCoefficients {
  // log2(e) * 2^191 and ln 2 * 2^128, ln 2 * 2^120: see fixed.h.
  std::uint64_t log2e[3] = {0xeb577aa8dd695a59u, 0xbe87fed0691d3e88u, 0xb8aa3b295c17f0bbu};
  Word ln2 = {0xb17217f7d1cf79abu, 0xc9e3b39803f2f6afu};
  Word ln2_120 = {0x00b17217f7d1cf79u, 0xabc9e3b39803f2f7u};
  // The common factors of the float32 and the float64 table times 2^128.
  Word factor32 = {0xff582907c0160605u, 0x3a625c0c9ca0ece8u};
  Word factor64 = {0xfda0ad310e7ac7f2u, 0xd62dab9fc0458dd5u};
  // 2^(i/64) * 2^127
  Word powers[64] = {
    {0x8000000000000000u, 0x0000000000000000u},
    {0x8164d1f3bc030773u, 0x7be56527bd14def5u},
    {0x82cd8698ac2ba1d7u, 0x3e2a475b46520bffu},
    {0x843a28c3acde4046u, 0x1af92eca13fd1582u},
    {0x85aac367cc487b14u, 0xc5c95b8c2154c1b2u},
    {0x871f61969e8d1010u, 0x3a1727c57b52a956u},
    {0x88980e8092da8527u, 0x5df8d76c98c67563u},
    {0x8a14d575496efd9au, 0x080ca1d92c3680c2u},
    {0x8b95c1e3ea8bd6e6u, 0xfbe4628758a53c90u},
    {0x8d1adf5b7e5ba9e5u, 0xb4c7b4968e41ad36u},
    {0x8ea4398b45cd53c0u, 0x2dc0144c8783d4c6u},
    {0x9031dc431466b1dcu, 0x775814a8494e87e2u},
    {0x91c3d373ab11c336u, 0x0fd6d8e0ae5ac9d8u},
    {0x935a2b2f13e6e92bu, 0xd339940e9d924ee7u},
    {0x94f4efa8fef70961u, 0x2e8afad12551de54u},
    {0x96942d3720185a00u, 0x48ea9b683a9c22c5u},
    {0x9837f0518db8a96fu, 0x46ad23182e42f6f6u},
    {0x99e0459320b7fa64u, 0xe43086cb34b5fcafu},
    {0x9b8d39b9d54e5538u, 0xa2a817a2a3cc3f1fu},
    {0x9d3ed9a72cffb750u, 0xde494cf050e99b0bu},
    {0x9ef5326091a111adu, 0xa0911f09ebb9fdd1u},
    {0xa0b0510fb9714fc2u, 0x192dc79edb0fd9a9u},
    {0xa27043030c496818u, 0x9b7a04ef80cfdea8u},
    {0xa43515ae09e6809eu, 0x0d1db4831781e1efu},
    {0xa5fed6a9b15138eau, 0x1cbd7f621710701bu},
    {0xa7cd93b4e9653569u, 0x9ec5b4d5039f72afu},
    {0xa9a15ab4ea7c0ef8u, 0x541e24ec3531fa73u},
    {0xab7a39b5a93ed337u, 0x658023b2759e0079u},
    {0xad583eea42a14ac6u, 0x4980a8c8f59a2ec4u},
    {0xaf3b78ad690a4374u, 0xdf26101ccbb35033u},
    {0xb123f581d2ac258fu, 0x87d037e96d215d8eu},
    {0xb311c412a9112489u, 0x3ecf14dc798a519cu},
    {0xb504f333f9de6484u, 0x597d89b3754abe9fu},
    {0xb6fd91e328d17791u, 0x07165f0ddd541a5au},
    {0xb8fbaf4762fb9ee9u, 0x1b879778566b65a2u},
    {0xbaff5ab2133e45fbu, 0x74d519d24593838cu},
    {0xbd08a39f580c36beu, 0xa8811fb66d0faf7au},
    {0xbf1799b67a731082u, 0xe815d0abcbf0b851u},
    {0xc12c4cca66709456u, 0x7c457d59a50087b5u},
    {0xc346ccda24976407u, 0x20ec856128b83a42u},
    {0xc5672a115506daddu, 0x3e2ad0c964dd9f37u},
    {0xc78d74c8abb9b15cu, 0xc13a2e3976c0277eu},
    {0xc9b9bd866e2f27a2u, 0x80e1f92a0511697eu},
    {0xcbec14fef2727c5cu, 0xf4907c8f45ebf6ddu},
    {0xce248c151f8480e3u, 0xe235838f95f2c6edu},
    {0xd06333daef2b2594u, 0xd6d45c6559a4d502u},
    {0xd2a81d91f12ae45au, 0x12248e57c3de4028u},
    {0xd4f35aabcfedfa1fu, 0x5921deffa6262c5bu},
    {0xd744fccad69d6af4u, 0x39a68bb9902d3fdeu},
    {0xd99d15c278afd7b5u, 0xfe873deca3e12bacu},
    {0xdbfbb797daf23755u, 0x3d840d5a9e29aa64u},
    {0xde60f4825e0e9123u, 0xdd07a2d9e8466859u},
    {0xe0ccdeec2a94e111u, 0x065895048dd333cau},
    {0xe33f8972be8a5a51u, 0x09bfe90795980eedu},
    {0xe5b906e77c8348a8u, 0x1e5e8f4a4edbb0edu},
    {0xe8396a503c4bdc68u, 0x791790d0ac70c7deu},
    {0xeac0c6e7dd24392eu, 0xd02d75b3706e54fbu},
    {0xed4f301ed9942b84u, 0x600d2db6a64bfb12u},
    {0xefe4b99bdcdaf5cbu, 0x46561cf6948db913u},
    {0xf281773c59ffb139u, 0xe8980a9cc8f47a4bu},
    {0xf5257d152486cc2cu, 0x7b9d0c7aed980fc3u},
    {0xf7d0df730ad13bb8u, 0xfe90d496d60fb6ebu},
    {0xfa83b2db722a033au, 0x7c25bb14315d7fcdu},
    {0xfd3e0c0cf486c174u, 0x853f3a5931e0ee03u}};
  // 2^127 / k! for k = 1..16
  Word inverse_factorials[16] = {
    {0x8000000000000000u, 0x0000000000000000u},
    {0x4000000000000000u, 0x0000000000000000u},
    {0x1555555555555555u, 0x5555555555555555u},
    {0x0555555555555555u, 0x5555555555555555u},
    {0x0111111111111111u, 0x1111111111111111u},
    {0x002d82d82d82d82du, 0x82d82d82d82d82d8u},
    {0x0006806806806806u, 0x8068068068068068u},
    {0x0000d00d00d00d00u, 0xd00d00d00d00d00du},
    {0x0000171de3a556c7u, 0x338faac1c88e5001u},
    {0x0000024fc9f6ef13u, 0xeb8e5de02da7d4cdu},
    {0x00000035cc8acfeau, 0x89c71fce8fc97070u},
    {0x000000047bb63bfeu, 0x3625ed5136a61eb4u},
    {0x000000005849184eu, 0xa1b425f28e0cc749u},
    {0x00000000064e5d2au, 0x301f27482eb7c517u},
    {0x00000000006b9fcfu, 0x9ccee07c476195acu},
    {0x000000000006b9fcu, 0xf9ccee07c476195bu}};
};

struct AngleCoefficients {
  // pi/2 * 2^127
  Word half_pi = {0xc90fdaa22168c234u, 0xc4c6628b80dc1cd1u};
  // 2/pi, most significant limb first: what the largest double needs
  std::uint64_t two_over_pi[21] = {
    0xa2f9836e4e441529u, 0xfc2757d1f534ddc0u, 0xdb6295993c439041u,
    0xfe5163abdebbc561u, 0xb7246e3a424dd2e0u, 0x06492eea09d1921cu,
    0xfe1deb1cb129a73eu, 0xe88235f52ebb4484u, 0xe99c7026b45f7e41u,
    0x3991d639835339f4u, 0x9c845f8bbdf9283bu, 0x1ff897ffde05980fu,
    0xef2f118b5a0a6d1fu, 0x6d367ecf27cb09b7u, 0x4f463f669e5fea2du,
    0x7527bac7ebe5f17bu, 0x3d0739f78a5292eau, 0x6bfb5fb11f8d5d08u,
    0x56033046fc7b6babu, 0xf0cfbc209af4361du, 0xa9e391615ee61b08u};
};
