//go:build amd64 && !purego

#include "textflag.h"

// PICK puts the filter's word for the hash at off+2*lane in a lane of reg.
#define PICK(off, lane, reg) \
	MOVWLZX (off+2*lane)(R10), AX; \
	VPINSRW $lane, (R8)(AX*2), reg, reg

// HALF looks up the 16 hashes from off on. OUT is all of LO.
#define HALF(off, LO, HI, OUT) \
	VPXOR LO, LO, LO; \
	VPXOR HI, HI, HI; \
	PICK(off, 0, LO); \
	PICK(off+16, 0, HI); \
	PICK(off, 1, LO); \
	PICK(off+16, 1, HI); \
	PICK(off, 2, LO); \
	PICK(off+16, 2, HI); \
	PICK(off, 3, LO); \
	PICK(off+16, 3, HI); \
	PICK(off, 4, LO); \
	PICK(off+16, 4, HI); \
	PICK(off, 5, LO); \
	PICK(off+16, 5, HI); \
	PICK(off, 6, LO); \
	PICK(off+16, 6, HI); \
	PICK(off, 7, LO); \
	PICK(off+16, 7, HI); \
	VINSERTI128 $1, HI, OUT, OUT

// func siftAVX2(t *tables, p *byte, out *block, n int)
TEXT ·siftAVX2(SB), NOSPLIT, $96-32
	MOVQ t+0(FP), R8
	MOVQ p+8(FP), SI
	MOVQ out+16(FP), DI
	MOVQ n+24(FP), CX
	LEAQ 131072(R8), R9 // tables.vectors
	LEAQ 31(SP), R10     // where hashes are put, within one cache line
	ANDQ $~31, R10
	VPXOR Y6, Y6, Y6
	VMOVDQU 0(R9), Y15   // the case bit of each byte
	VMOVDQU 32(R9), Y14  // the low four bits of each byte
	VMOVDQU 64(R9), Y13  // class, by low four bits
	VMOVDQU 96(R9), Y12  // class, by high four bits
	VMOVDQU 128(R9), Y11 // multiplier of the first two bytes
	VMOVDQU 160(R9), Y10 // multiplier of the third
	VMOVDQU 192(R9), Y9  // the low byte of each word
	VMOVDQU 224(R9), Y8  // 1 << (i & 7)

loop:
	VMOVDQU 0(SI), Y0
	VMOVDQU 32(SI), Y1

	// Zeros of either half.
	VPMINUB Y0, Y1, Y2
	VPCMPEQB Y6, Y2, Y2
	VPMOVMSKB Y2, AX
	MOVL AX, 12(DI)

	// The class of each byte.
	VPAND Y14, Y0, Y2
	VPSRLW $4, Y0, Y3
	VPAND Y14, Y3, Y3
	VPSHUFB Y2, Y13, Y2
	VPSHUFB Y3, Y12, Y3
	VPAND Y2, Y3, Y2
	VPCMPEQB Y6, Y2, Y2
	VPMOVMSKB Y2, AX
	VPAND Y14, Y1, Y2
	VPSRLW $4, Y1, Y3
	VPAND Y14, Y3, Y3
	VPSHUFB Y2, Y13, Y2
	VPSHUFB Y3, Y12, Y3
	VPAND Y2, Y3, Y2
	VPCMPEQB Y6, Y2, Y2
	VPMOVMSKB Y2, BX
	SHLQ $32, BX
	ORQ BX, AX
	NOTQ AX
	MOVQ AX, 0(DI)

	// Hashes of the trigrams at even positions.
	VMOVDQU 2(SI), Y2
	VMOVDQU 34(SI), Y3
	VPOR Y15, Y0, Y0
	VPOR Y15, Y1, Y1
	VPOR Y15, Y2, Y2
	VPOR Y15, Y3, Y3
	VPMULLW Y11, Y0, Y0
	VPMULLW Y11, Y1, Y1
	VPAND Y9, Y2, Y4
	VPAND Y9, Y3, Y5
	VPMULLW Y10, Y4, Y4
	VPMULLW Y10, Y5, Y5
	VPADDW Y4, Y0, Y0
	VPADDW Y5, Y1, Y1
	VMOVDQU Y0, 0(R10)
	VMOVDQU Y1, 32(R10)

	HALF(0, X4, X5, Y4)
	HALF(32, X0, X1, Y0)

	// The kind of the byte after each trigram, as a bit, against the low bytes.
	VPSRLW $8, Y2, Y2
	VPSRLW $8, Y3, Y3
	VPAND Y14, Y2, Y2
	VPAND Y14, Y3, Y3
	VPSHUFB Y2, Y8, Y2
	VPSHUFB Y3, Y8, Y3
	VPAND Y9, Y2, Y2
	VPAND Y9, Y3, Y3
	VPAND Y2, Y4, Y2
	VPAND Y3, Y0, Y3
	VPCMPEQW Y6, Y2, Y2
	VPCMPEQW Y6, Y3, Y3

	// The kind of the byte before it against the high bytes.
	VPSRLW $8, Y4, Y4
	VPSRLW $8, Y0, Y0
	VPAND -1(SI), Y14, Y1
	VPAND 31(SI), Y14, Y5
	VPSHUFB Y1, Y8, Y1
	VPSHUFB Y5, Y8, Y5
	VPAND Y1, Y4, Y4
	VPAND Y5, Y0, Y0
	VPCMPEQW Y6, Y4, Y4
	VPCMPEQW Y6, Y0, Y0
	VPOR Y2, Y4, Y4
	VPOR Y3, Y0, Y0
	VPACKSSWB Y0, Y4, Y4
	VPERMQ $0xD8, Y4, Y4
	VPMOVMSKB Y4, AX
	NOTL AX
	MOVL AX, 8(DI)

	ADDQ $64, SI
	ADDQ $16, DI
	DECQ CX
	JNZ loop
	VZEROUPPER
	RET
