"""Which microcontroller each board of boards/ has, and what its firmware is called elsewhere."""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The instruction set that mpy-cross compiles native code for (its -march).
MARCH = {
    "rp2040": "armv6m",
    "rp2350": "armv7emsp",
    "stm32f4": "armv7emsp",
    "esp32s3": "xtensawin",
}

BOARDS = {
    "cytron_iriv_io_controller": "rp2350",
    "esp32s3_w5500": "esp32s3",
    "feather_rp2040_w5500": "rp2040",
    "lilygo_t_eth_elite_esp32s3": "esp32s3",
    "lilygo_t_eth_lite_esp32s3": "esp32s3",
    "nucleo64_enc28j60": "stm32f4",
    "pico2_enc28j60": "rp2350",
    "pico_enc28j60": "rp2040",
    "pico_w5500_module": "rp2040",
    "prokyber_ai_on_the_edge_cam": "esp32s3",
    "pyboard_w5500": "stm32f4",
    "sil_rp2040_shim": "rp2040",
    "w5500_evb_pico": "rp2040",
    "w5500_evb_pico2": "rp2350",
    "w55rp20_evb_pico": "rp2040",
    "waveshare_esp32_s3_eth": "esp32s3",
}


def boards(mcu=None):
    """The names of all boards, or of those with this microcontroller, sorted."""
    return sorted(name for name in BOARDS if mcu is None or BOARDS[name] == mcu)


def march_of(board):
    """The instruction set of a board."""
    return MARCH[BOARDS[board]]
