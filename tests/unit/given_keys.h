/* Public keys in the dresses people have them in, for the tests of access. Made for this file; their
 * private halves are gone. */
#ifndef DISKMEND_TESTS_UNIT_GIVEN_KEYS_H
#define DISKMEND_TESTS_UNIT_GIVEN_KEYS_H

/* One RSA key of 2048 bits in every dress, an ECDSA key, and a certificate. */
#define RSA "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC+KCexu/k2dpyZASL9aZAFoYjHD8KW6vkeH1OQIryc1p83dsPxP8Xxok0nkxMxDOf2hDvIYbKwZoxrVLox/+YacVClqkKm+M25Q2uuPS078Akv75tcw1yrjVdk23drCPcx/YlvGXZEDLN4hM/1/riFcjCdNO9j0nyZ3lu1RgvVL+7hGBfbesgHWz+HZyO98W9VpoXGp3eKA1G12uXTXhsxO58RiU9tXOMnqcl0AyJdJ7JcNgJup60c9fWIPK+u4ywJxIh0IgpPwrryhzOtNKcOFVh/JHw1kiTOE61jXL12RQXLoSHd8+rJzHBYovYQK6eQEb2AYYUQVr1wYmu80XwP"
#define RSA_SSH2 \
    "---- BEGIN SSH2 PUBLIC KEY ----\n" \
    "Comment: \"2048-bit RSA, converted by a host from OpenSSH\"\n" \
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQC+KCexu/k2dpyZASL9aZAFoYjHD8KW6vkeH1OQIr\n" \
    "yc1p83dsPxP8Xxok0nkxMxDOf2hDvIYbKwZoxrVLox/+YacVClqkKm+M25Q2uuPS078Akv\n" \
    "75tcw1yrjVdk23drCPcx/YlvGXZEDLN4hM/1/riFcjCdNO9j0nyZ3lu1RgvVL+7hGBfbes\n" \
    "gHWz+HZyO98W9VpoXGp3eKA1G12uXTXhsxO58RiU9tXOMnqcl0AyJdJ7JcNgJup60c9fWI\n" \
    "PK+u4ywJxIh0IgpPwrryhzOtNKcOFVh/JHw1kiTOE61jXL12RQXLoSHd8+rJzHBYovYQK6\n" \
    "eQEb2AYYUQVr1wYmu80XwP\n" \
    "---- END SSH2 PUBLIC KEY ----\n"
#define RSA_PKCS8 \
    "-----BEGIN PUBLIC KEY-----\n" \
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvignsbv5NnacmQEi/WmQ\n" \
    "BaGIxw/Clur5Hh9TkCK8nNafN3bD8T/F8aJNJ5MTMQzn9oQ7yGGysGaMa1S6Mf/m\n" \
    "GnFQpapCpvjNuUNrrj0tO/AJL++bXMNcq41XZNt3awj3Mf2Jbxl2RAyzeITP9f64\n" \
    "hXIwnTTvY9J8md5btUYL1S/u4RgX23rIB1s/h2cjvfFvVaaFxqd3igNRtdrl014b\n" \
    "MTufEYlPbVzjJ6nJdAMiXSeyXDYCbqetHPX1iDyvruMsCcSIdCIKT8K68oczrTSn\n" \
    "DhVYfyR8NZIkzhOtY1y9dkUFy6Eh3fPqycxwWKL2ECunkBG9gGGFEFa9cGJrvNF8\n" \
    "DwIDAQAB\n" \
    "-----END PUBLIC KEY-----\n"
#define RSA_PKCS1 \
    "-----BEGIN RSA PUBLIC KEY-----\n" \
    "MIIBCgKCAQEAvignsbv5NnacmQEi/WmQBaGIxw/Clur5Hh9TkCK8nNafN3bD8T/F\n" \
    "8aJNJ5MTMQzn9oQ7yGGysGaMa1S6Mf/mGnFQpapCpvjNuUNrrj0tO/AJL++bXMNc\n" \
    "q41XZNt3awj3Mf2Jbxl2RAyzeITP9f64hXIwnTTvY9J8md5btUYL1S/u4RgX23rI\n" \
    "B1s/h2cjvfFvVaaFxqd3igNRtdrl014bMTufEYlPbVzjJ6nJdAMiXSeyXDYCbqet\n" \
    "HPX1iDyvruMsCcSIdCIKT8K68oczrTSnDhVYfyR8NZIkzhOtY1y9dkUFy6Eh3fPq\n" \
    "ycxwWKL2ECunkBG9gGGFEFa9cGJrvNF8DwIDAQAB\n" \
    "-----END RSA PUBLIC KEY-----\n"
#define RSA_X509 \
    "-----BEGIN CERTIFICATE-----\n" \
    "MIIC/TCCAeWgAwIBAgIUO2DS8nURostnYYMI2vKGQWL4XKUwDQYJKoZIhvcNAQEL\n" \
    "BQAwDjEMMAoGA1UEAwwDYW5hMB4XDTI2MTEyMjIwMTEwNFoXDTM2MTExOTIwMTEw\n" \
    "NFowDjEMMAoGA1UEAwwDYW5hMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC\n" \
    "AQEAvignsbv5NnacmQEi/WmQBaGIxw/Clur5Hh9TkCK8nNafN3bD8T/F8aJNJ5MT\n" \
    "MQzn9oQ7yGGysGaMa1S6Mf/mGnFQpapCpvjNuUNrrj0tO/AJL++bXMNcq41XZNt3\n" \
    "awj3Mf2Jbxl2RAyzeITP9f64hXIwnTTvY9J8md5btUYL1S/u4RgX23rIB1s/h2cj\n" \
    "vfFvVaaFxqd3igNRtdrl014bMTufEYlPbVzjJ6nJdAMiXSeyXDYCbqetHPX1iDyv\n" \
    "ruMsCcSIdCIKT8K68oczrTSnDhVYfyR8NZIkzhOtY1y9dkUFy6Eh3fPqycxwWKL2\n" \
    "ECunkBG9gGGFEFa9cGJrvNF8DwIDAQABo1MwUTAdBgNVHQ4EFgQUwHlOD/bwc2t8\n" \
    "kfBGecnksEVgjdowHwYDVR0jBBgwFoAUwHlOD/bwc2t8kfBGecnksEVgjdowDwYD\n" \
    "VR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAoywwm4bY57W4IeYOJdhF\n" \
    "gsLYIKady/gxdqSq9auOnLiQLI9RNzxFv3jLNvD9gG7VfB2G7RLWAwlQcwgti0ml\n" \
    "4m3P4eJunxjQWIl7mKuTlqpRK1/Hp1jQGuliK2vWnj38G1vQNYlJj3hOUNUgS/cg\n" \
    "KlZ3Kce4lBT8s7WEalqKXBx+2JW+EaPiCa5knfAiMAVLwnfRYpI6yYlMsivIBfi3\n" \
    "gItv3e0Wf7f4dBFG++3S1WAxCMu2QBPGmzCMBsPH1abH/joCmWtw2xuUHHxfwnnm\n" \
    "3kddeym/k1GSOeSs0VYH0hu1woV037dFlv2QaVpT+qMxSJB+tZZ0Ekgj4xp6d/82\n" \
    "Hw==\n" \
    "-----END CERTIFICATE-----\n"
#define EC "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBKLBWLdo496p49rvASsyRedUP62lG+ovQ+DEt/ViyKxVRNpUch2Vw1fzQw7GiWxQ70k5quNoXG48WGvNWCQVqWU="
#define EC_PKCS8 \
    "-----BEGIN PUBLIC KEY-----\n" \
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEosFYt2jj3qnj2u8BKzJF51Q/raUb\n" \
    "6i9D4MS39WLIrFVE2lRyHZXDV/NDDsaJbFDvSTmq42hcbjxYa81YJBWpZQ==\n" \
    "-----END PUBLIC KEY-----\n"
#define CERTIFICATE "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIFGKOdz6htFjGBHagqMN4AfXqW6b9v659HKTK0f7FeG6AAAAIMBdoKY9rZgR535BidxRfV6btcfw4Kmv6XkASKNlsS1TAAAAAAAAAAAAAAABAAAAA2FuYQAAAAcAAAADYW5hAAAAAAAAAAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIOIyn7dhrQd3MeVLkk2/RCk9IvO8XgLnwb6LhSDgPFPnAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBx6gEVUOQ+6QhQfp3DZEAX+ndVFmbcfLdg5sI76bWX2LbaB1Kn6MalGBG6xzfKk+6XF3RyD2kP9nOEecODg3AH"

#endif
