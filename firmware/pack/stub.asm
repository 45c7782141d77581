; SPDX-License-Identifier: MPL-2.0
; The beginning of undionly.kpxe: entered by a PXE ROM or PXELINUX in real mode at 0000:7C00 (or 07C0:0000), unpacks
; the LZMA stream behind itself to where the image is linked, and enters it in protected mode.
; The packer fills in `stamp` and the four words after it.

        org 0x7c00
        bits 16

        jmp 0:begin
        times 16 - ($ - $$) db 0

stamp:          times 40 db 0           ; low_layout.h: image_stamp_offset, image_stamp_size
image_address:  dd 0                    ; where the image is linked
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
; While unpacking: ESI = next packed byte, EDI = next byte to write, EBP = the decoder's variables.

struc decoder
.range:         resd 1
.code:          resd 1
.rep0:          resd 1                  ; the last four distances, less one
.rep1:          resd 1
.rep2:          resd 1
.rep3:          resd 1
.state:         resd 1                  ; 0 to 11: what the last packets were
.probabilities:
.is_match:      resw 12                 ; by state
.is_rep:        resw 12
.is_rep_g0:     resw 12
.is_rep_g1:     resw 12
.is_rep_g2:     resw 12
.is_rep0_long:  resw 12
.length:        resw 2 + 8 + 8 + 256    ; choice, choice 2, short, middle and long lengths
.rep_length:    resw 2 + 8 + 8 + 256
.slot:          resw 4 * 64             ; distance slot, by length
.align:         resw 16
.special:       resw 128                ; low bits of the distances of slots 4 to 13
.literal:       resw 8 * 0x300          ; by the upper bits of the byte before
.end:
endstruc

even_odds       equ 1024
DECODER_ROOM    equ 0x5000              ; below the image: the stack, then the decoder's variables

        bits 32
unpack:
        mov cx, 0x10
        mov ds, cx
        mov es, cx
        mov ss, cx
        mov fs, cx
        mov gs, cx
        mov esp, [image_address]
        push dword [image_address]      ; its upper byte, 0, is what stands before the first byte written
        push eax
        push edx

        mov ebp, [image_address]
        sub ebp, DECODER_ROOM
        mov edi, ebp
        xor eax, eax
        mov ecx, decoder.probabilities / 4
        rep stosd
        dec dword [ebp + decoder.range]
        mov eax, even_odds * 0x10001
        mov ecx, (decoder.end - decoder.probabilities + 3) / 4
        rep stosd
        mov esi, packed
        lodsb                           ; always 0
        lodsd
        bswap eax
        mov [ebp + decoder.code], eax
        mov edi, [image_address]

.packet:
        mov eax, edi
        sub eax, [image_address]
        cmp eax, [flat_size]
        jae .unpacked
        mov eax, [ebp + decoder.state]
        lea ebx, [ebp + decoder.is_match + 2 * eax]
        call .bit
        jc .match

; A literal: eight bits in a tree, chosen by the byte before; after a match guided by the byte a match would give.
        movzx eax, byte [edi - 1]
        shr eax, 5
        imul eax, eax, 0x600
        lea ebx, [ebp + decoder.literal + eax]
        xor ecx, ecx
        inc ecx                         ; the bits so far, behind a 1
        cmp byte [ebp + decoder.state], 7
        jb .plain_literal
        mov edx, edi
        sub edx, [ebp + decoder.rep0]
        mov dl, [edx - 1]
.guided_bit:
        mov eax, 1
        shl dl, 1
        adc al, 0                       ; 1 or 2: the guide's bit
        mov dh, al
        shl eax, 8
        push ebx
        lea ebx, [ebx + 2 * eax]
        call .tree_bit
        pop ebx
        mov al, cl
        and al, 1
        inc eax
        cmp al, dh
        jne .plain_literal
        test ch, ch
        jz .guided_bit
.plain_literal:
        test ch, ch
        jnz .literal_done
        call .tree_bit
        jmp .plain_literal
.literal_done:
        mov eax, ecx
        stosb
        mov eax, [ebp + decoder.state]
        cmp al, 10
        jb .below_10
        sub al, 3
.below_10:
        sub al, 3
        jnc .state_set
        xor eax, eax
.state_set:
        mov [ebp + decoder.state], eax
        jmp .packet

.match:
        mov eax, [ebp + decoder.state]
        lea ebx, [ebp + decoder.is_rep + 2 * eax]
        call .bit
        jc .rep

; A match at a new distance.
        mov ecx, 3                      ; rep3 = rep2, rep2 = rep1, rep1 = rep0
.shift:
        mov eax, [ebp + decoder.rep0 + 4 * ecx - 4]
        mov [ebp + decoder.rep0 + 4 * ecx], eax
        loop .shift
        lea ebx, [ebp + decoder.length]
        mov dl, 7
        call .read_length
        push ecx
        cmp ecx, 3
        jbe .short_length
        mov ecx, 3
.short_length:
        shl ecx, 7
        lea ebx, [ebp + decoder.slot + ecx]
        mov ch, 6
        call .tree
        mov eax, ecx                    ; the slot: the distance's two upper bits and how many follow
        cmp al, 4
        jb .distance_known
        shr ecx, 1
        dec ecx                         ; bits that follow
        mov edx, eax
        and edx, 1
        or edx, 2
        shl edx, cl                     ; the distance so far
        cmp al, 14
        jae .far
        lea ebx, [ebp + decoder.special + 2 * edx]
        add eax, eax
        sub ebx, eax                    ; [lzma] each slot's tree begins at its distance less the slot ...
        call .reverse_tree
        jmp .distance_sum
.far:
        sub cl, 4
        xor ebx, ebx
.direct_bit:                            ; bits of even odds
        shr dword [ebp + decoder.range], 1
        mov eax, [ebp + decoder.range]
        add ebx, ebx
        cmp [ebp + decoder.code], eax
        jb .direct_zero
        sub [ebp + decoder.code], eax
        inc ebx
.direct_zero:
        call .normalize
        dec cl
        jnz .direct_bit
        shl ebx, 4
        add edx, ebx
        lea ebx, [ebp + decoder.align]
        mov cl, 4
        call .reverse_tree
.distance_sum:
        add eax, edx
.distance_known:
        mov [ebp + decoder.rep0], eax
        pop ecx
        jmp .copy

; A match at one of the last four distances.
.rep:
        mov eax, [ebp + decoder.state]
        lea ebx, [ebp + decoder.is_rep_g0 + 2 * eax]
        call .bit
        jc .older
        add ebx, decoder.is_rep0_long - decoder.is_rep_g0
        call .bit
        mov dl, 8
        jc .rep_length
        mov dl, 9                       ; one byte
        call .next_state
        or ecx, -1
        jmp .copy
.older:
        xor ecx, ecx
        inc ecx
        add ebx, decoder.is_rep_g1 - decoder.is_rep_g0
        call .bit
        jnc .rotate
        inc ecx
        add ebx, decoder.is_rep_g2 - decoder.is_rep_g1
        call .bit
        jnc .rotate
        inc ecx
.rotate:
        mov eax, [ebp + decoder.rep0 + 4 * ecx]
.rotate_one:
        mov edx, [ebp + decoder.rep0 + 4 * ecx - 4]
        mov [ebp + decoder.rep0 + 4 * ecx], edx
        loop .rotate_one
        mov [ebp + decoder.rep0], eax
        mov dl, 8
.rep_length:
        lea ebx, [ebp + decoder.rep_length]
        call .read_length

.copy:                                  ; ECX = length less two
        inc ecx
        inc ecx
        mov eax, esi
        mov esi, edi
        sub esi, [ebp + decoder.rep0]
        dec esi
        rep movsb
        mov esi, eax
        jmp .packet

; In: EBX = a length's probabilities, DL = the state if the last packet was a literal. Out: ECX = length less two.
; Clobbers: EAX, EBX.
.read_length:
        call .next_state
        call .bit
        mov ecx, 0x0300                 ; CH = bits, CL = least length
        lea ebx, [ebx + 4]
        jnc .length_tree
        sub ebx, 2
        call .bit
        mov cl, 8
        lea ebx, [ebx + 2 + 16]
        jnc .length_tree
        mov cx, 0x0810
        add ebx, 16
.length_tree:
        push ecx
        call .tree
        pop eax
        movzx eax, al
        add ecx, eax
        ret

; The state after a match: DL after literals, DL less 7 plus 10 (or 11 for a one-byte repetition) after others.
; In: DL = 7, 8 or 9. Clobbers: DL.
.next_state:
        cmp byte [ebp + decoder.state], 7
        jb .after_literal
        cmp dl, 8
        mov dl, 10
        jb .after_literal
        inc edx
.after_literal:
        mov [ebp + decoder.state], dl
        ret

; In: EBX = probabilities, CH = number of bits. Out: ECX = their value, upper bit first. Clobbers: EAX.
.tree:
        push edx
        movzx edx, ch
        xor ecx, ecx
        inc ecx
        push edx
.tree_next:
        call .tree_bit
        dec edx
        jnz .tree_next
        pop edx
        btr ecx, edx                    ; without the 1 in front
        pop edx
        ret

; In: EBX = probabilities, CL = number of bits. Out: EAX = their value, lowest bit first. Clobbers: ECX, EBX.
.reverse_tree:
        push edx
        push edi
        xor edx, edx                    ; the value
        xor edi, edi                    ; how many bits it has
        movzx eax, cl
        push eax
        xor ecx, ecx
        inc ecx
.reverse_next:
        call .tree_bit
        mov eax, ecx
        and eax, 1
        xchg ecx, edi
        shl eax, cl
        xchg ecx, edi
        or edx, eax
        inc edi
        dec dword [esp]
        jnz .reverse_next
        pop eax
        mov eax, edx
        pop edi
        pop edx
        ret

; In: EBX = a tree's probabilities, ECX = place in it. Out: ECX = place of the next level. Clobbers: EAX.
.tree_bit:
        push ebx
        lea ebx, [ebx + 2 * ecx]
        call .bit
        pop ebx
        adc ecx, ecx
        ret

; One bit of the probability at EBX. Out: CF. Clobbers: EAX. ESI moves on.
.bit:
        push edx
        movzx edx, word [ebx]
        mov eax, [ebp + decoder.range]
        shr eax, 11
        imul eax, edx                   ; the part of the range that means 0
        cmp [ebp + decoder.code], eax
        jae .one
        mov [ebp + decoder.range], eax
        sub edx, 2048
        neg edx
        shr edx, 5
        add [ebx], dx
        pop edx
        call .normalize
        clc
        ret
.one:
        sub [ebp + decoder.range], eax
        sub [ebp + decoder.code], eax
        shr edx, 5
        sub [ebx], dx
        pop edx
        call .normalize
        stc
        ret

; In: nothing. Clobbers: nothing but flags; ESI moves on.
.normalize:
        cmp byte [ebp + decoder.range + 3], 0
        jne .wide
        shl dword [ebp + decoder.range], 8
        shl dword [ebp + decoder.code], 8
        push eax
        lodsb
        mov [ebp + decoder.code], al
        pop eax
.wide:
        ret

; Calls and jumps: the packer wrote where they go, instead of how far, for whatever goes to somewhere in the code.
; call_filter.cc has the same steps with their reason.
.unpacked:
        mov edi, [image_address]
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
        ret                             ; to image_address

packed:
