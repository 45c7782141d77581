; SPDX-License-Identifier: MPL-2.0
; The beginning of undionly.kpxe: entered by a PXE ROM or PXELINUX in real mode at 0000:7C00 (or 07C0:0000), unpacks
; the LZMA stream behind itself to where the image is linked, and enters it in protected mode.
; The packer fills in `stamp` and the three words after image_address.

        org 0x7c00
        bits 16

        jmp 0:begin
        times 16 - ($ - $$) db 0

stamp:          times 40 db 0           ; low_layout.h: image_stamp_offset, image_stamp_size
image_address:  dd IMAGE_ADDRESS
flat_size:      dd 0                    ; bytes that the stream unpacks to
code_size:      dd 0                    ; of these, how many hold code whose calls were made absolute
needed_end:     dd 0                    ; first byte above what the image needs before it finds its home

; ---------------------------------------------------------------------------------------------------------------
; begin: [pxe 4.4.5] In: ES:BX -> PXENV+, SS:SP -> return address, SS:SP+4 -> !PXE far pointer. Mode: real.
; Stack: the loader's, 44 bytes of it. Out: EAX = linear address of the pushed registers (EntryRegisters),
; EDX = SS:SP there; jumps to the image in 32-bit flat protected mode with IF = 0.
begin:
        pushfd
        pushad
        push ds
        push es
        push fs
        push gs
        cld
        xor bx, bx
        mov ds, bx
        movzx eax, word [0x413]         ; KiB of base memory
        shl eax, 10
        mov si, too_small
        cmp eax, [needed_end]
        jb refuse
        mov dx, ss
        shl edx, 16
        mov dx, sp
        xor eax, eax
        mov ax, ss
        shl eax, 4
        movzx ecx, sp
        add eax, ecx
        mov si, stack_in_the_way        ; a stack above the image and below the memory's end is in nobody's way
        cmp eax, 0x7c00
        jbe .fits
        cmp eax, [needed_end]
        jb refuse
.fits:
        cli
        lgdt [gdt_register]
        mov ecx, cr0
        or cl, 1
        mov cr0, ecx
        jmp 8:unpack

; Says why and goes back to the loader with AX = 1. In: SI = text.
refuse:
        lodsb
        test al, al
        jz .said
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        jmp refuse
.said:
        pop gs
        pop fs
        pop es
        pop ds
        popad
        popfd
        mov ax, 1
        retf

too_small:        db `chainload: too little base memory is free below 640 KiB\r\n`, 0
stack_in_the_way: db `chainload: the loader's stack lies where this program must go\r\n`, 0

        align 8
gdt:            dq 0
                dq 0x00cf9b000000ffff   ; 08h code
                dq 0x00cf93000000ffff   ; 10h data
gdt_register:   dw 23
                dd gdt

; ---------------------------------------------------------------------------------------------------------------
; unpack: one raw LZMA stream [lzma specification 9.22] with lc = 3, lp = 0, pb = 0 from behind the stub to
; image_address, then calls and jumps made relative again.
; In: EAX, EDX for the image. Out: the same. Clobbers: all else. Mode: 32-bit protected. Stack: below the image.
;
; While unpacking: ESI = next packed byte, EDI = range, EBP = code; the variables lie at fixed addresses.

IMAGE_ADDRESS   equ 0x30000             ; image.ld; the packer checks it
DECODER         equ IMAGE_ADDRESS - 0x5000
EVEN_ODDS       equ 1024
TOP             equ 1 << 24

        absolute DECODER                ; all zeroed but the range and the probabilities
out:            resd 1                  ; where the next byte goes
state:          resd 1                  ; 0 to 11: what the last packets were
rep0:           resd 4                  ; the last four distances, less one
probabilities:
is_match:       resw 12                 ; by state
is_rep:         resw 12
is_rep_g0:      resw 12
is_rep_g1:      resw 12
is_rep_g2:      resw 12
is_rep0_long:   resw 12
length:         resw 2 + 8 + 8 + 256    ; choice, choice 2, short, middle and long lengths
rep_length:     resw 2 + 8 + 8 + 256
slot:           resw 4 * 64             ; distance slot, by length
align_bits:     resw 16
special:        resw 128                ; low bits of the distances of slots 4 to 13
literal:        resw 8 * 0x300          ; by the upper bits of the byte before
decoder_end:

        section .text
        bits 32

; EDI = range, EBP = code: a range that has become narrow takes in a packed byte. Clobbers: EAX, flags.
%macro normalize 0
        cmp edi, TOP
        jae %%wide
        shl edi, 8
        shl ebp, 8
        movzx eax, byte [esi]
        inc esi
        or ebp, eax
%%wide:
%endmacro

; Appends one bit to ECX, by the probability at EBX, which learns from it. Clobbers: EAX, EDX, flags.
%macro decode_bit 0
        movzx edx, word [ebx]
        mov eax, edi
        shr eax, 11
        imul eax, edx                   ; the part of the range that means 0
        add ecx, ecx
        cmp ebp, eax
        jae %%one
        mov edi, eax
        sub edx, 2048
        neg edx
        shr edx, 5
        add [ebx], dx
        jmp %%learnt
%%one:
        sub edi, eax
        sub ebp, eax
        inc ecx
        shr edx, 5
        sub [ebx], dx
%%learnt:
        normalize
%endmacro

unpack:
        mov cx, 0x10
        mov ds, cx
        mov es, cx
        mov ss, cx
        mov fs, cx
        mov gs, cx
        mov esp, IMAGE_ADDRESS
        push esp                        ; where to go at the end; its upper byte, 0, stands before the first byte written
        push eax
        push edx

        mov edi, DECODER
        xor eax, eax
        mov ecx, (probabilities - DECODER) / 4
        rep stosd
        mov byte [out + 2], IMAGE_ADDRESS >> 16
        mov eax, EVEN_ODDS * 0x10001
        mov ecx, (decoder_end - probabilities + 3) / 4
        rep stosd
        mov esi, packed + 1             ; the first byte is always 0
        lodsd
        bswap eax
        mov ebp, eax
        or edi, -1

packet:
        mov edx, [out]
        mov eax, edx
        sub eax, IMAGE_ADDRESS
        cmp eax, [flat_size]
        jae unpacked
        mov eax, [state]
        lea ebx, [is_match + 2 * eax]
        call bit
        jc match

; A literal: eight bits in a tree, chosen by the byte before; after a match guided by the byte a match would give.
        mov edx, [out]
        movzx eax, byte [edx - 1]
        shr eax, 5
        imul eax, eax, 0x600
        lea ebx, [literal + eax]
        xor ecx, ecx
        inc ecx                         ; the bits so far, behind a 1
        cmp byte [state], 7
        jb .plain
        sub edx, [rep0]
        push dword [edx - 1]
.guided:
        xor eax, eax
        inc eax
        shl byte [esp], 1
        adc al, 0                       ; 1 or 2: the guide's bit
        push ebx
        push eax
        shl eax, 9
        add ebx, eax
        lea ebx, [ebx + 2 * ecx]
        call bit
        pop eax
        pop ebx
        inc eax
        xor eax, ecx
        test al, 1
        jnz .misguided
        test ch, ch
        jz .guided
.misguided:
        pop edx
.plain:
        test ch, ch
        jnz .whole
        mov eax, 0x100
        call rest_of_tree
.whole:
        mov edx, [out]
        mov [edx], cl
        inc dword [out]
        mov eax, [state]
        cmp al, 10
        jb .below_10
        sub al, 3
.below_10:
        sub al, 3
        jnc .set
        xor eax, eax
.set:
        mov [state], eax
        jmp packet

match:
        mov eax, [state]
        lea ebx, [is_rep + 2 * eax]
        call bit
        jc rep_match

; A match at a new distance.
        mov ecx, 3                      ; rep3 = rep2, rep2 = rep1, rep1 = rep0
.shift:
        mov eax, [rep0 + 4 * ecx - 4]
        mov [rep0 + 4 * ecx], eax
        loop .shift
        mov ebx, length
        mov dl, 7
        call read_length
        push ecx
        cmp ecx, 3
        jbe .short
        mov ecx, 3
.short:
        shl ecx, 7
        lea ebx, [slot + ecx]
        mov eax, 64
        call tree
        mov edx, ecx                    ; the slot: the distance's two upper bits and how many follow
        cmp cl, 4
        jb .known
        mov eax, ecx
        shr ecx, 1
        dec ecx                         ; bits that follow
        and edx, 1
        or dl, 2
        shl edx, cl                     ; the distance so far
        push edx
        cmp al, 14
        jae .far
        sub edx, eax                    ; each slot's tree begins at its distance less the slot
        lea ebx, [special + 2 * edx]
        xor eax, eax
        inc eax
        shl eax, cl
        jmp .low_bits
.far:
        sub cl, 4
        xor ebx, ebx
.direct:                                ; bits of even odds
        shr edi, 1
        add ebx, ebx
        cmp ebp, edi
        jb .zero
        sub ebp, edi
        inc ebx
.zero:
        normalize
        dec cl
        jnz .direct
        shl ebx, 4
        add [esp], ebx
        mov ebx, align_bits
        mov eax, 16
.low_bits:                              ; EBX = tree, EAX = 1 << bits; the lowest bit comes first
        call tree
        xor edx, edx
.turn:
        shr ecx, 1
        adc edx, edx
        shr eax, 1
        cmp al, 1
        jne .turn
        pop eax
        add edx, eax
.known:
        mov [rep0], edx
        pop ecx
        jmp copy

; A match at one of the last four distances.
rep_match:
        mov eax, [state]
        lea ebx, [is_rep_g0 + 2 * eax]
        call bit
        jc .older
        add ebx, is_rep0_long - is_rep_g0
        call bit
        jc .long
        mov dl, 9                       ; one byte
        call next_state
        or ecx, -1
        jmp copy
.older:
        add ebx, is_rep_g1 - is_rep_g0
        call bit
        mov ecx, 1
        jnc .rotate
        add ebx, is_rep_g2 - is_rep_g1
        call bit
        mov ecx, 2
        adc ecx, 0
.rotate:
        mov eax, [rep0 + 4 * ecx]
.rotate_one:
        mov edx, [rep0 + 4 * ecx - 4]
        mov [rep0 + 4 * ecx], edx
        loop .rotate_one
        mov [rep0], eax
.long:
        mov ebx, rep_length
        mov dl, 8
        call read_length

copy:                                   ; ECX = length less two
        inc ecx
        inc ecx
        push esi
        push edi
        mov edi, [out]
        mov esi, edi
        sub esi, [rep0]
        dec esi
        rep movsb
        mov [out], edi
        pop edi
        pop esi
        jmp packet

; In: EBX = a length's probabilities, DL = the state if the last packet was a literal. Out: ECX = length less two.
; Clobbers: EAX, EBX, EDX.
read_length:
        call next_state
        push 0                          ; least length
        call bit
        lea ebx, [ebx + 4]
        mov eax, 8
        jnc .tree
        sub ebx, 2
        call bit
        mov byte [esp], 8
        lea ebx, [ebx + 2 + 16]
        mov eax, 8
        jnc .tree
        mov byte [esp], 16
        add ebx, 16
        mov eax, 256
.tree:
        call tree
        pop edx
        add ecx, edx
        ret

; The state after a match: DL after literals; after others 10 for DL = 7 and 11 for 8 and 9.
next_state:
        cmp byte [state], 7
        jb .after_literal
        cmp dl, 8
        mov dl, 10
        jb .after_literal
        inc edx
.after_literal:
        mov [state], dl
        ret

; In: EBX = probability. Out: CF, and ECX with the bit appended. Clobbers: EAX, EDX.
bit:
        decode_bit
        bt ecx, 0
        ret

; In: EBX = probabilities, EAX = 1 << bits. Out: ECX = the value, upper bit first; EAX stays. Clobbers: EBX, EDX.
tree:
        xor ecx, ecx
        inc ecx
rest_of_tree:                           ; the same from the bits in ECX on
        push eax
        push ebx
.next:
        mov ebx, [esp]
        lea ebx, [ebx + 2 * ecx]
        decode_bit
        cmp ecx, [esp + 4]
        jb .next
        pop ebx
        pop eax
        sub ecx, eax
        ret

; Calls and jumps: the packer wrote where they go, instead of how far, for whatever goes to somewhere in the code.
; call_filter.cc has the same steps with their reason.
unpacked:
        mov edi, IMAGE_ADDRESS
        mov ebx, [code_size]
        xor ecx, ecx
.look:
        lea eax, [ecx + 5]
        cmp eax, ebx
        ja .done
        mov al, [edi + ecx]
        inc ecx
        and al, 0xfe
        cmp al, 0xe8                    ; E8 CALL, E9 JMP
        jne .look
        mov eax, [edi + ecx]
        bswap eax
        cmp eax, ebx
        jb .relative
        mov edx, eax
        add edx, ecx
        jnc .store                      ; was no such address
        add eax, ebx
        jmp .store
.relative:
        sub eax, ecx
.store:
        mov [edi + ecx], eax
        add ecx, 4
        jmp .look
.done:
        pop edx
        pop eax
        ret                             ; to IMAGE_ADDRESS

packed:
