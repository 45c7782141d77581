; SPDX-License-Identifier: MPL-2.0
; The beginning of undionly.kpxe: entered by a PXE ROM or PXELINUX in real mode at 0000:7C00 (or 07C0:0000), unpacks
; the stream behind itself to where the image is linked, and enters it in protected mode.
; The packer fills in `stamp` and the five words after image_address.

%ifndef IMAGE_ADDRESS                   ; else a build with debug lines, which needs more room
%define IMAGE_ADDRESS 0x18000           ; image.ld; the packer checks it
%define SLOTS 0x3bf00                   ; words: bits 0 to 2 a count, above them log odds
%endif

        org 0x7c00
        bits 16

        jmp 0:begin
        times 16 - ($ - $$) db 0

stamp:          times 40 db 0           ; low_layout.h: image_stamp_offset, image_stamp_size
image_address:  dd IMAGE_ADDRESS
flat_size:      dd SLOTS - IMAGE_ADDRESS        ; bytes that the stream unpacks to; here the most there can be
code_size:      dd 0                    ; of these, how many hold code whose calls were made absolute
needed_end:     dd SQUASH + 0x2000 + 4  ; first byte above what the image needs before it finds its home; here what
                                        ; unpacking needs
mark:           dd 0                    ; upper 12 bits of whatever is an address
returns:        dd 0                    ; 1 in undionly.kkpxe; low_layout.h: image_returns_offset

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
; unpack: the stream that predictor.h describes, from behind the stub to image_address; then calls and jumps made
; relative again, the marks taken off addresses, and behind the image the list of where these stand.
; In: EAX, EDX for the image. Out: the same. Clobbers: all else. Mode: 32-bit protected. Stack: below the image.

SLOTS_SIZE      equ 0x40000
SQUASH          equ SLOTS + SLOTS_SIZE + 0x2000
                                        ; chances of a 1, of 2^32, by log odds from -2048 to 2048

MULTIPLIER      equ 0x9e3779b1          ; predictor.h, as all of these
ROW_DATA        equ 64
ROW_REPEATED    equ 80
ROW_LENGTH      equ 81
ROW_REPEATED_LENGTH equ 82
ROW_SLOT        equ 83

        absolute IMAGE_ADDRESS - 12 - 44        ; below the three words that unpack keeps
variables:                              ; of the range decoder EBP is the range
code:           resd 1                  ; where in the range the stream is
next:           resd 1                  ; packed byte
output:         resd 1                  ; where the next byte goes
code_end:       resd 1
end:            resd 1
contexts:       resd 2
limit:          resd 1                  ; of nodes: at or above it a tree ends
distance:       resd 1
after_match:    resb 1
phase:          resb 1                  ; instruction_phase.h has these five
operation:      resb 1
class:          resb 1
displacement:   resb 1
word_operand:   resb 1
                resb 2
variables_size  equ $ - variables

        section .text
        bits 32

; The address of a slot: the upper bits of the context's product and the node's.
%macro find_slot 2                      ; register, context
        mov %1, [contexts + 4 * %2]
        add %1, eax
        shr %1, 32 - 17
        lea %1, [SLOTS + 2 * %1]
%endmacro

; The slot learns of EDX the less the oftener it has learnt. Clobbers: EAX, ECX, flags.
%macro learn 1                          ; register: address of the slot
        movzx ecx, word [%1]
        mov eax, ecx
        and eax, 7
        cmp al, 7
        adc ecx, 0
        movzx eax, byte [rates + eax]
        imul eax, edx
        sar eax, 10
        and eax, ~7
        add ecx, eax
        mov [%1], cx
%endmacro

unpack:
        mov cx, 0x10
        mov ds, cx
        mov es, cx
        mov ss, cx
        mov fs, cx
        mov gs, cx
        mov esp, IMAGE_ADDRESS
        push esp                        ; where to go at the end
        push eax
        push edx
        sub esp, variables_size

        xor eax, eax
        mov edi, variables
        xor ecx, ecx
        mov cl, variables_size
        rep stosb
        mov edi, SLOTS
        mov ecx, SLOTS_SIZE / 4
        rep stosd
        mov esi, packed
        lodsd
        bswap eax
        mov [code], eax
        mov [next], esi
        or ebp, -1
        inc byte [distance]
        mov eax, IMAGE_ADDRESS
        mov edx, eax
        mov [output], eax
        add eax, [code_size]
        mov [code_end], eax
        add edx, [flat_size]
        mov [end], edx

; EBX = the chance of a 0, which falls by a 256th of its product with the chance of a 1.
        mov esi, SQUASH
        mov edi, esi
        mov ebx, 1 << 31
.squash:
        mov eax, ebx
        not eax
        mov [esi], eax
        mov [edi], ebx
        inc eax
        mul ebx
        shr edx, 8
        sub ebx, edx
        add esi, 4
        sub edi, 4
        inc ecx
        cmp ecx, 2048
        jbe .squash
        jmp packet

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

; Addresses: address_marks.cc has the same steps. The list is of linear places, with a zero at its end.
.done:
        mov esi, [end]
        lea edx, [esi - 4]
.address:
        mov eax, [edi]
        mov ecx, eax
        shr ecx, 20
        inc edi
        cmp ecx, [mark]
        jne .next
        dec edi
        and eax, 0xfffff
        mov [edi], eax
        mov [esi], edi
        add esi, 4
        add edi, 4
.next:
        cmp edi, edx
        jbe .address
        and dword [esi], 0
        add esp, variables_size
        pop edx
        pop eax
        ret                             ; to IMAGE_ADDRESS

match:
        mov al, ROW_REPEATED
        call set_match_context
        movzx ebx, byte [after_match]
        inc ebx                         ; node 1 or 2
        mov byte [after_match], 1
        call bit
        jc .repeated
        mov al, ROW_LENGTH
        call number
        inc eax
        inc eax
        push eax                        ; length
        cmp eax, 6
        jb .short
        mov al, 6
.short:
        add al, ROW_SLOT - 3
        call set_match_context
        xor eax, eax
        mov al, 64
        call tree
        and ebx, 63                     ; the slot: the distance's two upper bits and how many follow
        mov ecx, ebx
        cmp cl, 4
        jb .known
        and bl, 1
        or bl, 2
        shr ecx, 1
        dec ecx
.lower:
        mov edx, ebp
        shr edx, 1
        call take
        loop .lower
.known:
        inc ebx
        mov [distance], ebx
        jmp .copy                       ; its length is on the stack
.repeated:
        mov al, ROW_REPEATED_LENGTH
        call number
        inc eax
        push eax
.copy:
        mov esi, [output]
        sub esi, [distance]
        lodsb
        call append
        dec dword [esp]
        jnz .copy
        pop eax
        jmp packet

; In: AL = row. Out: EAX = a number of the stream. Clobbers: all.
number:
        call set_match_context
        xor ebx, ebx
        inc ebx
        push ebx
.more:
        call bit
        jnc .end
        call bit
        pop eax
        adc eax, eax
        push eax
        jmp .more
.end:
        pop eax
        ret

immediate_phases:
        db 0, 48 + 1, 48 + 8 + 4, 48 + 8 + 2
opcode_classes:
        db 0x44, 0x44, 0x21, 0x00, 0x44, 0x44, 0x21, 0x00, 0x44, 0x44, 0x21, 0x00, 0x44, 0x44, 0x21, 0x00
        db 0x44, 0x44, 0x21, 0x08, 0x44, 0x44, 0x21, 0x08, 0x44, 0x44, 0x21, 0x08, 0x44, 0x44, 0x21, 0x08
        db 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00
        db 0x00, 0x44, 0x88, 0x88, 0x62, 0x51, 0x00, 0x00, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11
        db 0x65, 0x55, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00
        db 0x22, 0x22, 0x00, 0x00, 0x21, 0x00, 0x00, 0x00, 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22
        db 0x55, 0x03, 0x44, 0x65, 0x00, 0x03, 0x10, 0x00, 0x44, 0x44, 0x11, 0x00, 0x44, 0x44, 0x44, 0x44
        db 0x11, 0x11, 0x11, 0x11, 0x22, 0x10, 0x00, 0x00, 0x08, 0x88, 0x00, 0x44, 0x00, 0x00, 0x00, 0x44

; What runs for each bit and each byte lies in one page: QEMU goes from one piece of code to the next at once only
; where both do.
        times 0x400 - ($ - $$) db 0

packet:
        mov ecx, [output]
        cmp ecx, [end]
        jae unpacked
        mov al, [phase]
        mov dl, [ecx - 1]
        cmp ecx, [code_end]
        jae .data
        and dl, 0xc7
        mov ah, al
        and ah, 0xf0
        cmp ah, 32                      ; a displacement
        je .known
        mov dl, [operation]
        jmp .known
.data:
        mov al, ROW_DATA
.known:
        call set_context
        movzx ebx, byte [after_match]
        inc bh                          ; node 256 or 257
        call bit
        jc match
        mov byte [after_match], 0
        xor eax, eax
        inc ah
        call tree
        mov al, bl
        call append
        jmp packet

; In: AL = row, DL = column. Clobbers: EAX, ECX.
set_match_context:
        mov dl, [phase]
set_context:
        movzx eax, al
        imul ecx, eax, (MULTIPLIER << 10) & 0xffffffff
        mov [contexts], ecx
        inc eax
        shl eax, 8
        mov al, dl
        imul ecx, eax, (MULTIPLIER << 10) & 0xffffffff
        mov [contexts + 4], ecx
        ret

; In: EAX = 1 << bits. Out: EBX = the bits behind a 1. Clobbers: all.
tree:
        xor ebx, ebx
        inc ebx
        jmp tree_bits

; In: EBX = node. Out: the bit in CF and appended to EBX. Clobbers: all.
bit:
        xor eax, eax
tree_bits:                              ; bits are appended until EBX has come to EAX
        mov [limit], eax
.more:
        imul eax, ebx, MULTIPLIER
        find_slot esi, 0
        find_slot edi, 1
        movsx eax, word [esi]
        movsx edx, word [edi]
        add eax, edx
        sar eax, 4
        lea edx, [eax + 2048]
        test edx, ~4095
        jnz .beyond
.within:
        mov eax, [SQUASH + 4 * eax]
        mov ecx, eax
        shr ecx, 16
        neg ecx
        mul ebp                         ; EDX = the part of the range that means 1
        add ebx, ebx
        cmp [code], edx
        jb .one
        sub ebp, edx
        sub [code], edx
.taken:
        cmp ebp, 1 << 24
        jb .narrow
.wide:
        mov edx, ecx                    ; what the chance missed, of 2^16
        learn esi
        learn edi
        cmp ebx, [limit]
        jb .more
        bt ebx, 0
        ret
.one:
        inc ebx
        mov ebp, edx
        add ecx, 0xffff
        jmp .taken
.narrow:
        call narrow
        jmp .wide
.beyond:
        sar eax, 31
        xor eax, 2047
        jmp .within

; For a bit at even odds, from which nothing is learnt; tree_bits has the same steps, so as to call nobody.
; In: EDX = the part of the range that means 1. Out: EBX with the bit appended. Clobbers: EAX, flags.
take:
        add ebx, ebx
        cmp [code], edx
        jb .one
        sub ebp, edx
        sub [code], edx
        jmp .taken
.one:
        inc ebx
        mov ebp, edx
.taken:
        cmp ebp, 1 << 24
        jae narrow.done

; The range comes to 2^24 at least. Clobbers: EAX, flags.
narrow:
        shl ebp, 8
        mov eax, [code]
        shl eax, 8
        push ecx
        mov ecx, [next]
        mov al, [ecx]
        inc ecx
        mov [next], ecx
        pop ecx
        mov [code], eax
        cmp ebp, 1 << 24
        jb narrow
.done:
        ret

rates:  db 72, 46, 36, 28, 23, 20, 18, 16       ; of what was missed, in 1/1024, by how often the slot has learnt

%include "append.inc"

packed:
