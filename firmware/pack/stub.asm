; SPDX-License-Identifier: MPL-2.0
; The beginning of undionly.kpxe: entered by a PXE ROM or PXELINUX in real mode at 0000:7C00 (or 07C0:0000), unpacks
; the LZ4 block behind itself to where the image is linked, and enters it in protected mode.
; The packer fills in `stamp` and the four words after it.

        org 0x7c00
        bits 16

        jmp 0:begin
        times 16 - ($ - $$) db 0

stamp:          times 40 db 0           ; low_layout.h: image_stamp_offset, image_stamp_size
packed_size:    dd 0
image_address:  dd 0                    ; where the image is linked
needed_end:     dd 0                    ; first byte above what the image needs before it finds its home
reserved:       dd 0

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
; unpack: one LZ4 block [lz4 block format] from behind the stub to image_address.
; In: EAX, EDX for the image. Out: the same. Clobbers: EBX, ECX, ESI, EDI, EBP. Mode: 32-bit protected, no stack but
; what lies below the image.
        bits 32
unpack:
        mov cx, 0x10
        mov ds, cx
        mov es, cx
        mov ss, cx
        mov fs, cx
        mov gs, cx
        mov edi, [image_address]
        mov esp, edi
        push edi
        push eax
        push edx
        mov esi, packed
        mov ebp, esi
        add ebp, [packed_size]
.sequence:
        movzx ebx, byte [esi]           ; token: literal length, match length
        inc esi
        mov ecx, ebx
        shr ecx, 4
        call .length
        rep movsb
        cmp esi, ebp
        jae .done                       ; the last sequence has literals only
        lodsw
        movzx edx, ax
        mov ecx, ebx
        and ecx, 15
        call .length
        add ecx, 4
        push esi
        mov esi, edi
        sub esi, edx
        rep movsb
        pop esi
        jmp .sequence
; In: ECX = a length of 0 to 15, ESI. Out: ECX = with the bytes added that follow a 15. Clobbers: EAX.
.length:
        cmp ecx, 15
        jne .short
        xor eax, eax
.more:
        lodsb
        add ecx, eax
        cmp al, 255
        je .more
.short:
        ret
.done:
        pop edx
        pop eax
        ret                             ; to image_address

packed:
