; SPDX-License-Identifier: MPL-2.0
; The first 32-bit code, the step from the loading place to the final one, and the exceptions' entry.

        bits 32
        extern early_main
        extern bios_main
        extern panic_exception
        extern main_stack_top

%define LOW_BLOCK_SIZE  0xc000          ; low_layout.h: low_block_size
%define BDA_BASE_MEMORY 0x413
%define LOADER_STACK    2048            ; kept free below the loader's stack pointer
%define LOW_PLACE_END   0x70000

; ---------------------------------------------------------------------------------------------------------------
; start: entered from the stub, at the place the image is linked for.
; In: EAX = linear address of the registers the stub pushed, EDX = SS:SP behind them (SS high).
; Mode: 32-bit protected, flat, IF = 0. Stack: none worth keeping. Never returns.
        section .start progbits alloc exec nowrite align=16
        global start
start:
        movzx ecx, word [BDA_BASE_MEMORY]
        shl ecx, 10
        lea ebx, [eax - LOADER_STACK]   ; the loader's stack may lie at the top of what it calls free
        cmp ebx, ecx
        jae .clear
        cmp ebx, LOW_PLACE_END          ; the stub has seen to lower ones
        jbe .clear
        mov ecx, ebx
.clear:
        and ecx, 0xfffff000             ; whole pages: what lies above belongs to the ROM
        sub ecx, LOW_BLOCK_SIZE
        mov esp, ecx                    ; until the image has its home
        call early_main                 ; (EAX, EDX, ECX) as regparm(3)
        ud2

; ---------------------------------------------------------------------------------------------------------------
; low.asm's page, copied to base memory by install_low_block().
        section .rodata.low progbits alloc noexec nowrite align=4
        global low_code
        global low_code_end
low_code:
        incbin "low.bin"
low_code_end:

        section .text.start progbits alloc exec nowrite align=16
; ---------------------------------------------------------------------------------------------------------------
; enter_home: continues in the copy of the image at its final place.
; In: EAX = distance from here to there. Mode: 32-bit protected, flat, IF = 0. Stack: the copy's own. Never returns.
        global enter_home
enter_home:
        lea esp, [eax + main_stack_top]
        add eax, bios_main
        call eax
        ud2

; ---------------------------------------------------------------------------------------------------------------
; exception_stubs: 32 entries of five bytes; the return address that each one's CALL pushes tells which it was.
; In: the processor's exception frame. Out: never returns. Mode: 32-bit protected. Stack: the interrupted one.
        global exception_stubs
exception_stubs:
%rep 32
        db 0xe8                         ; CALL near, always five bytes
        dd exception_common - $ - 4
%endrep
exception_common:
        pushad
        mov eax, [esp + 32]             ; return address behind the stub
        sub eax, exception_stubs + 5
        xor edx, edx
        mov ecx, 5
        div ecx
        mov edx, esp                    ; (vector, frame)
        call panic_exception
        ud2
